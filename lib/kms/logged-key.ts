/** A payload key whose refusals are logged with all that KMS has said, which neither callers nor runs learn. */
import type { Logger } from '../core/logger.ts';
import type { PayloadKey } from '../ports/payload-key.ts';
import { PayloadKeyError } from '../ports/world-errors.ts';

export function loggedKey(key: PayloadKey, log: Logger): PayloadKey {
  const asking = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof PayloadKeyError) log.error('the payload key cannot be used', { error });
      throw error;
    }
  };
  return {
    name: key.name,
    // It is asked to find out whose a data key is: its refusal is an answer.
    own: key.own,
    generate: (context) => asking(key.generate(context)),
    unwrap: (wrapped, context) => asking(key.unwrap(wrapped, context)),
    wrap: (secret, context) => asking(key.wrap(secret, context)),
  };
}
