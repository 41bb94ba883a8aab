/** A payload key that may be away for a while, and that another one follows: first beside it, then alone. */
import { createLocalKey } from '../../../lib/encryption/local-key.ts';
import type { KeyContext, NewDataKey, PayloadKey, WrappedKey } from '../../../lib/ports/payload-key.ts';
import { PayloadKeyError } from '../../../lib/ports/world-errors.ts';

export type KeyState = 'former' | 'both' | 'next';

export class RotatingKey implements PayloadKey {
  state: KeyState = 'former';
  isAway = false;
  readonly #former = createLocalKey('simulated');
  readonly #next = createLocalKey('simulated, the next one');
  /** The same, also while it is away. */
  readonly alwaysThere: PayloadKey;

  constructor() {
    const generate = (context: KeyContext): Promise<NewDataKey> => this.#current.generate(context);
    const unwrap = (wrapped: WrappedKey, context: KeyContext): Promise<Buffer> => this.#unwrap(wrapped, context);
    const wrap = (secret: Buffer, context: KeyContext): Promise<WrappedKey> => this.#current.wrap(secret, context);
    const nameNow = (): string => this.name;
    this.alwaysThere = {
      get name() {
        return nameNow();
      },
      ...{ generate, unwrap, wrap },
    };
  }

  get name(): string {
    return this.#current.name;
  }

  get own(): PayloadKey | undefined {
    if (this.state !== 'both') return undefined;
    const next = this.#next;
    const unwrap: PayloadKey['unwrap'] = (wrapped, context) => this.#ask(() => next.unwrap(wrapped, context));
    return { ...next, unwrap, generate: (context) => this.#ask(() => next.generate(context)) };
  }

  generate(context: KeyContext): Promise<NewDataKey> {
    return this.#ask(() => this.#current.generate(context));
  }

  unwrap(wrapped: WrappedKey, context: KeyContext): Promise<Buffer> {
    return this.#ask(() => this.#unwrap(wrapped, context));
  }

  wrap(secret: Buffer, context: KeyContext): Promise<WrappedKey> {
    return this.#ask(() => this.#current.wrap(secret, context));
  }

  get #current(): PayloadKey {
    return this.state === 'former' ? this.#former : this.#next;
  }

  #unwrap(wrapped: WrappedKey, context: KeyContext): Promise<Buffer> {
    const unwrapped = this.#current.unwrap(wrapped, context);
    if (this.state !== 'both') return unwrapped;
    return unwrapped.catch(() => this.#former.unwrap(wrapped, context));
  }

  async #ask<T>(action: () => Promise<T>): Promise<T> {
    if (this.isAway) throw new PayloadKeyError('the payload key was taken away');
    return action();
  }
}
