/**
 * Whether the body of a step may write to a stream.
 *
 * Tested by: test/engine/streams.test.ts, test/engine/read-only-steps.test.ts
 */
import { describeValue } from '../core/describe-value.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { isStream, type Stream } from '../core/stream.ts';
import type { PendingStep } from '../scheduler/live-run.ts';

/** Throws a WorkflowCodeError. `hasEnded`: the attempt has, and its body goes on. */
export function checkWrite(
  { command }: PendingStep,
  stream: unknown,
  hasEnded: boolean,
): asserts stream is Stream<unknown> {
  const { name, options } = command;
  if (!isStream(stream)) {
    throw new WorkflowCodeError(
      'INVALID_ARGUMENT',
      `step "${name}" wrote to ${describeValue(stream)}: give what stream() returned, write(tokens, value)`,
    );
  }
  if (options.readOnly === true) {
    throw new WorkflowCodeError(
      'INVALID_ARGUMENT',
      `step "${name}" is readOnly and wrote to stream "${stream.name}": readers see what a body writes, so it changes ` +
        `something. Leave readOnly out`,
    );
  }
  if (!hasEnded) return;
  throw new WorkflowCodeError(
    'STEP_ENDED',
    `step "${name}" wrote to stream "${stream.name}" after this attempt had ended: it was cancelled, its time was up, or its ` +
      `body returned before. Await all that writes before the body returns, and stop at context.signal`,
  );
}
