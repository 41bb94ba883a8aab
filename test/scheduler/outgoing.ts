/** What a live run of a test uses for what it sends to other runs. */
import { encode } from '../../lib/codec/encode.ts';
import type { LiveRunOptions } from '../../lib/scheduler/live-run.ts';

export const outgoing: Pick<LiveRunOptions, 'encode' | 'newRunId'> = {
  encode: (value, what) => encode(value, what),
  newRunId: (id) => `run-of-${id}`,
};
