/**
 * Which changes of the code a run knows: the answers of `patched`, each given once and kept for the run's life.
 *
 * A run that has passed the place with the old code must not come by with the new one (I4). So whoever asks while the
 * run replays is told what the journal has, and nothing but that; who asks first at the journal's end gets the new
 * code, and that goes into the journal with the event which led there.
 */
import { NondeterminismError } from '../core/errors.ts';
import type { PatchApplied } from '../journal/event.ts';

export interface PatchesOptions {
  /** Those that stand in the journal. */
  readonly recorded: ReadonlySet<string>;
  readonly isReplaying: () => boolean;
}

export class Patches {
  readonly #options: PatchesOptions;
  readonly #answers = new Map<string, boolean>();
  #applied: PatchApplied[] = [];
  #refusal: NondeterminismError | undefined;

  constructor(options: PatchesOptions) {
    this.#options = options;
  }

  patched(patch: string): boolean {
    const given = this.#answers.get(patch);
    if (given !== undefined) return given;
    const { recorded, isReplaying } = this.#options;
    const isNew = !recorded.has(patch) && !isReplaying();
    if (isNew) this.#applied.push({ kind: 'patched', patch });
    const answer = isNew || recorded.has(patch);
    this.#answers.set(patch, answer);
    return answer;
  }

  /** Code without the old branch cannot follow a run that has taken it (I8): whoever catches errors changes nothing. */
  deprecate(patch: string): void {
    if (this.patched(patch)) return;
    this.#refusal ??= new NondeterminismError(
      `deprecatePatch("${patch}") says that every run has the patch, and this one came by before it: deploy code that ` +
        `asks patched("${patch}") and has both branches until runs like this one have ended`,
    );
  }

  /** Those applied since the last time. Throws if the code has no branch for this run. */
  takeApplied(): PatchApplied[] {
    if (this.#refusal !== undefined) throw this.#refusal;
    const applied = this.#applied;
    this.#applied = [];
    return applied;
  }
}
