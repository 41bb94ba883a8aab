/**
 * Why a run with an unbounded history is blocked whose base this code does not go on from.
 *
 * Tested by: test/frames/runs/unbounded-blocked.test.ts
 */
import { LullError } from '../../core/errors.ts';
import type { RunItem } from '../../ports/run-item.ts';

export function baseNotOfCode({ runId }: RunItem, reason: string): LullError {
  return new LullError(
    'BASE_NOT_OF_CODE',
    `run "${runId}" goes on from a snapshot, and not with this code: ${reason}. Its history is unbounded, so there is no ` +
      `journal to replay. Deploy the code that wrote it, or other that fits, and the run goes on; or terminate it`,
  );
}
