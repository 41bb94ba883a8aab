/** Something that chance alone does not find: each of its comparisons has to be seen to hold before the next is made. */
import { type FuzzTarget, readJson } from '../target.ts';

const needle: FuzzTarget = {
  seeds: ['{}'],
  run(input) {
    const { kind, left, right } = (readJson(input)?.value ?? {}) as Record<string, unknown>;
    if (kind !== 'sewing') return;
    if (typeof left !== 'number') return;
    if (left < 1_000) return;
    if (!Array.isArray(right)) return;
    if (right[0] === 'thread') throw new Error('the needle is found');
  },
};
export default needle;
