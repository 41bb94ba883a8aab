/** What is deployed, one after the other. */
import type { AnyWorkflow } from '../../../lib/core/workflow.ts';
import { type Code, createBilingualCode, createCode, createEmptyCode, createOtherCode, type Source } from './code.ts';

/** Code that follows the journals there are; that without its newest patch; code that asks for other things; code that has none of the workflows. */
export type CodeKind = 'following' | 'back' | 'other' | 'empty' | 'bilingual';

export class Deployments {
  readonly #workflowsKnowing: (patches: number) => readonly AnyWorkflow[];
  readonly #isMisled: (runId: string) => boolean;
  readonly #codes: Code[] = [];
  /** Each deploy of code that follows brings one more; one back takes it away. */
  #patches = -1;

  /** `isMisled` tells of a run whether code that does not follow got hold of it before it had asked for anything. */
  constructor(workflowsKnowing: (patches: number) => readonly AnyWorkflow[], isMisled: (runId: string) => boolean) {
    this.#workflowsKnowing = workflowsKnowing;
    this.#isMisled = isMisled;
  }

  get last(): Code {
    return this.#codes.at(-1) ?? this.next('following');
  }

  /** The last one, for a reader of a run that was misled, or was not. */
  lastFor({ misled }: { readonly misled: boolean }): Code {
    return createBilingualCode(this.#sourceOf(Infinity), this.last.version, () => misled);
  }

  next(kind: CodeKind): Code {
    const version = `v${this.#codes.length + 1}`;
    const code = this.#make(kind, version);
    this.#codes.push(code);
    return code;
  }

  #make(kind: CodeKind, version: string): Code {
    switch (kind) {
      case 'following':
        this.#patches += 1;
        return createCode(this.#sourceOf(this.#patches), version);
      case 'back':
        this.#patches = Math.max(0, this.#patches - 1);
        return createCode(this.#sourceOf(this.#patches), version);
      case 'other':
        return createOtherCode(this.#sourceOf(this.#patches), version);
      case 'empty':
        return createEmptyCode(version);
      case 'bilingual':
        return createBilingualCode(this.#sourceOf(Infinity), version, this.#isMisled);
    }
  }

  #sourceOf(patches: number): Source {
    return { workflows: this.#workflowsKnowing(patches), patches };
  }
}
