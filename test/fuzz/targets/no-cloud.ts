/** Stands in the place of lib/cli/dev.ts: it only remembers what was asked for. */
import type { DevOptions } from '../../../lib/cli/dev.ts';

export const asked: DevOptions[] = [];

export function dev(options: DevOptions): Promise<number> {
  asked.push(options);
  return Promise.resolve(0);
}
