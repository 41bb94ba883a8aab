/** Waits for the end of a run, longer than one request can. */
import { toMilliseconds } from '../../core/duration.ts';
import { EXIT } from '../exit-codes.ts';
import type { Surroundings } from '../surroundings.ts';
import { isOpen, type RunAnswer } from './answers.ts';
import { pathOf, type Engine } from './engine.ts';

/** What the engine waits in one request, at most. */
export const LONGEST_WAIT_MS = 25_000;

/** The run as it is when it has ended, or when the time is up. */
export async function awaitEnd(
  engine: Engine,
  id: string,
  { timeoutMs, nowMs }: { readonly timeoutMs: number } & Pick<Surroundings, 'nowMs'>,
): Promise<RunAnswer> {
  const untilMs = nowMs() + timeoutMs;
  for (;;) {
    const leftMs = Math.max(0, untilMs - nowMs());
    const run = await engine.get<RunAnswer>(pathOf('runs', id), { wait: `${Math.min(leftMs, LONGEST_WAIT_MS)}ms` });
    if (!isOpen(run) || nowMs() >= untilMs) return run;
  }
}

/** A duration that a person gave as an option. */
export function readDuration(text: string, option: string): number {
  return toMilliseconds(/^\d+$/.test(text) ? Number(text) * 1_000 : text, option);
}

/** Of a run whose end was waited for. */
export function exitCodeOf(run: RunAnswer): number {
  if (isOpen(run)) return EXIT.notYet;
  return run.status === 'completed' ? EXIT.ok : EXIT.refused;
}
