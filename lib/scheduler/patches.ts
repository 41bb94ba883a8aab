/**
 * Which changes of the code a run has: the answers of `patched`, each decided once and kept for the run's life.
 *
 * A run that has passed the place with the old code must not replay it with the new code (I4). So during a replay the
 * answer is what the journal has, and nothing else. The first call after the journal's end gets the new code, and the
 * patch is recorded with the event that led there.
 */
import { NondeterminismError } from '../core/errors.ts';
import type { PatchAnswers } from '../core/loop.ts';
import type { PatchApplied } from '../journal/event.ts';
import type { RunHost } from './run-host.ts';

export class Patches implements PatchAnswers {
  readonly #host: RunHost;
  /** Each answer that was given: it holds for the run's life. */
  readonly #answers = new Map<string, boolean>();
  /** Patches that were applied and that the journal does not have yet; emptied by `takeApplied`. */
  #applied: PatchApplied[] = [];
  /** The first `deprecate` that the run cannot follow; thrown by `takeApplied`, so that no code can catch it. */
  #refusal: NondeterminismError | undefined;

  constructor(host: RunHost) {
    this.#host = host;
  }

  patched(patch: string): boolean {
    const given = this.#answers.get(patch);
    if (given !== undefined) return given;
    const isRecorded = this.#host.isRecordedPatch(patch);
    const isNew = !isRecorded && !this.#host.isReplaying();
    if (isNew) this.#applied.push({ kind: 'patched', patch });
    const answer = isNew || isRecorded;
    this.#answers.set(patch, answer);
    return answer;
  }

  /** Code without the old branch cannot follow a run that has taken it (I8), even if it catches every error. */
  deprecate(patch: string): void {
    if (this.patched(patch)) return;
    this.#refusal ??= new NondeterminismError(
      `deprecatePatch("${patch}") says that every run has the patch, and this one came by before it: deploy code that ` +
        `asks patched("${patch}") and has both branches until runs like this one have ended`,
    );
  }

  /** The patches applied since the last call. Throws if the code has no branch for this run. */
  takeApplied(): PatchApplied[] {
    if (this.#refusal !== undefined) throw this.#refusal;
    const applied = this.#applied;
    this.#applied = [];
    return applied;
  }
}
