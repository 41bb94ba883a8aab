/**
 * Why a run with an unbounded history is blocked whose base this code does not go on from, or cannot be read.
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

/** The same for a reader of the run: its own worker may well go on. */
export function baseNotReadable({ runId }: RunItem, reason: string): LullError {
  return new LullError(
    'BASE_NOT_OF_CODE',
    `run "${runId}" is read from a snapshot, as its history is unbounded, and this process cannot: ${reason}. Ask one that ` +
      `has the code of its workers, compiled for frames: the HTTP API of WorkflowEngine with frames: true or of lull dev ` +
      `--frames, or createApiHandler(workflows, { frames: createRunFrames() })`,
  );
}
