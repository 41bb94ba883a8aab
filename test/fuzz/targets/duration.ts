/** Durations, as people write them: milliseconds, or an error in words. */
import { type Duration, MAX_DURATION_MS, toMilliseconds } from '../../../lib/core/duration.ts';
import { LullError } from '../../../lib/core/errors.ts';
import { expectThat, type FuzzTarget, readJson } from '../target.ts';

const duration: FuzzTarget = {
  seeds: ['30s', '3 days', '1h 30m', '500ms', '0.5s', '36500 days', '{"days":1,"hours":2,"milliseconds":0.5}', '1500'],
  run(input) {
    for (const given of [input.toString(), input.toString('latin1'), readJson(input)?.value]) {
      let ms: number;
      try {
        ms = toMilliseconds(given as Duration);
      } catch (error) {
        if (error instanceof LullError) continue;
        throw error;
      }
      expectThat(ms >= 0 && ms <= MAX_DURATION_MS, `${JSON.stringify(given)} is ${ms} ms`);
    }
  },
};
export default duration;
