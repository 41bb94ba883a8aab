/** What is deployed, one after the other. */
import type { AnyWorkflow } from '../../../lib/core/workflow.ts';
import { type Code, createBilingualCode, createCode, createEmptyCode, createOtherCode } from './code.ts';

/** Code that follows the journals there are; code that asks for other things; code that has none of the workflows. */
export type CodeKind = 'following' | 'other' | 'empty' | 'bilingual';

export class Deployments {
  readonly #workflows: readonly AnyWorkflow[];
  readonly #isMisled: (runId: string) => boolean;
  readonly #codes: Code[] = [];

  /** `isMisled` tells of a run whether code that does not follow got hold of it before it had asked for anything. */
  constructor(workflows: readonly AnyWorkflow[], isMisled: (runId: string) => boolean) {
    this.#workflows = workflows;
    this.#isMisled = isMisled;
  }

  get last(): Code {
    return this.#codes.at(-1) ?? this.next('following');
  }

  /** The last one, for a reader of a run that was misled, or was not. */
  lastFor({ misled }: { readonly misled: boolean }): Code {
    return createBilingualCode(this.#workflows, this.last.version, () => misled);
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
        return createCode(this.#workflows, version);
      case 'other':
        return createOtherCode(this.#workflows, version);
      case 'empty':
        return createEmptyCode(version);
      case 'bilingual':
        return createBilingualCode(this.#workflows, version, this.#isMisled);
    }
  }
}
