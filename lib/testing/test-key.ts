/** A payload key for tests, which can be taken away. */
import { createLocalKey } from '../encryption/local-key.ts';
import type { PayloadKey } from '../ports/payload-key.ts';
import { PayloadKeyError } from '../ports/world-errors.ts';

/** Made by `createTestKey`. */
export interface TestKey extends PayloadKey {
  /** From here on it refuses, as KMS does where a right was taken away, until `giveBack`. */
  takeAway(): void;
  giveBack(): void;
  /** How often it was asked. */
  readonly requests: number;
}

/**
 * A key for the option `payloadKey` of `createTestEngine`: what is stored is then encrypted, as with `payloadKey` of
 * WorkflowEngine. A test can take it away: then runs are blocked, and go on when it is back. A process has what it has
 * decrypted in memory for 15 minutes, or until it dies. `key`: asks this one as long as it is there.
 *
 * @example
 * ```ts
 * const ask = workflow('ask', function* (name: string) {
 *   yield* sleep('1 day');
 *   return `Dear ${name}`;
 * });
 * const key = createTestKey();
 * const engine = createTestEngine({ workflows: [ask], payloadKey: key });
 * const run = await engine.start(ask, 'Ada');
 * await engine.settle();
 * key.takeAway();
 * await engine.advance('2 days');
 * (await run.describe()).status; // => 'blocked'
 * key.giveBack();
 * await engine.advance('2 days');
 * await run.result(); // => 'Dear Ada'
 * ```
 */
export function createTestKey(key: PayloadKey = createLocalKey('test-key')): TestKey {
  const { name, own } = key;
  let isAway = false;
  let requests = 0;
  const ask = <T>(action: () => Promise<T>): Promise<T> => {
    requests += 1;
    return isAway ? Promise.reject(new PayloadKeyError(`payload key "${name}" was taken away`)) : action();
  };
  return {
    name,
    ...(own === undefined
      ? {}
      : { own: { ...own, unwrap: (wrapped, context) => ask(() => own.unwrap(wrapped, context)) } }),
    generate: (context) => ask(() => key.generate(context)),
    unwrap: (wrapped, context) => ask(() => key.unwrap(wrapped, context)),
    wrap: (secret, context) => ask(() => key.wrap(secret, context)),
    takeAway: () => {
      isAway = true;
    },
    giveBack: () => {
      isAway = false;
    },
    get requests() {
      return requests;
    },
  };
}
