/** A payload key that can decrypt a data key in several ways: by other keys, or as what it was bound to before. */
import type { KeyContext, PayloadKey, WrappedKey } from '../ports/payload-key.ts';
import { PayloadKeyError } from '../ports/world-errors.ts';

/** One way: which key is asked, for what. */
export type WayToUnwrap = readonly [key: PayloadKey, context: KeyContext];

/** `key`, which decrypts in the first of these ways that can. If none can, it refuses as the first one did. */
export function unwrapsInTurn(
  key: PayloadKey,
  waysOf: (wrapped: WrappedKey, context: KeyContext) => Iterable<WayToUnwrap>,
): PayloadKey {
  return {
    name: key.name,
    own: key.own ?? key,
    generate: (context) => key.generate(context),
    wrap: (secret, context) => key.wrap(secret, context),
    unwrap: async (wrapped, context) => {
      let refusal: unknown;
      for (const [each, bound] of waysOf(wrapped, context)) {
        try {
          return await each.unwrap(wrapped, bound);
        } catch (error) {
          if (!(error instanceof PayloadKeyError)) throw error;
          refusal ??= error;
        }
      }
      throw refusal;
    },
  };
}
