/** Asks for a change again and again under one key, until its answer is there or the time is up. */
import type { VerbCall } from '../engine-verb.ts';
import { EXIT } from '../exit-codes.ts';
import { LONGEST_WAIT_MS, readDuration } from './await-end.ts';
import { newKey } from './engine.ts';

export interface AnswerOptions {
  readonly idempotencyKey?: string;
  readonly wait?: string;
}

export const DEFAULT_WAIT = '5m';

/** Gives the exit code. `what` names what was asked for, as in `the update`. */
export async function askUntilAnswered(
  { engine, output, surroundings, options }: VerbCall<AnswerOptions>,
  { path, body: input, what }: { readonly path: string; readonly body: unknown; readonly what: string },
): Promise<number> {
  const untilMs = surroundings.nowMs() + readDuration(options.wait ?? DEFAULT_WAIT, '--wait');
  const key = options.idempotencyKey ?? newKey();
  for (;;) {
    const leftMs = Math.max(0, untilMs - surroundings.nowMs());
    const { status, body } = await engine.ask({
      ...{ method: 'POST', path, key, body: input },
      query: { wait: `${Math.min(leftMs, LONGEST_WAIT_MS)}ms` },
    });
    if (status === 200) {
      output.document(body ?? null);
      return EXIT.ok;
    }
    if (surroundings.nowMs() < untilMs) continue;
    if (output.isJson) output.document(body);
    output.note(`${what} is accepted, and has no answer yet. Ask again with --idempotency-key ${key}`);
    return EXIT.notYet;
  }
}
