/** What a live run of a test uses for what it sends to other runs. */
import { encodeError } from '../../lib/codec/encode-error.ts';
import { encode } from '../../lib/codec/encode.ts';
import { toError } from '../../lib/core/to-error.ts';
import type { LiveRunOptions } from '../../lib/scheduler/live-run.ts';

export const outgoing: Pick<LiveRunOptions, 'encode' | 'encodeError' | 'newRunId'> = {
  encode: (value, what) => encode(value, what),
  encodeError: (thrown, what) => encodeError(toError(thrown), what),
  newRunId: (id) => `run-of-${id}`,
};
