/**
 * Requests of AWS's JSON protocols, without the AWS SDK: for the few requests that lull makes all the time, it takes most
 * of a step's time, and most of a function's start. What the SDK does for such a request is done here too: signature,
 * connections that stay open, time limits, further tries with growing pauses and a quota, keys that have expired, a clock
 * that is wrong. As there, no checksum of an answer is verified: TLS does that, and an answer that is cut off is noticed.
 *
 * Values are JSON: there is no form for binary ones.
 */
import { isTransient, type SdkError } from '../sdk-error.ts';
import { createRetryPolicy } from './retry-policy.ts';
import { toServiceError } from './service-error.ts';
import { createSignedPoster, type Answered, type SignedPosterOptions } from './signed-post.ts';

export interface JsonClientOptions extends SignedPosterOptions {
  /** As in `DynamoDB_20120810`. */
  readonly targetPrefix: string;
  /** How often a request is sent, at most. */
  readonly maxAttempts: number;
}

export interface JsonAnswer<Output> {
  readonly output: Output;
  /** How often it was sent. */
  readonly attempts: number;
}

export interface JsonClient {
  /** Rejects with a ServiceError, or with the last error of the network. */
  send<Output>(action: string, input: object): Promise<JsonAnswer<Output>>;
  /** Closes the connections, for good: requests that are on their way fail, and so do later ones. */
  destroy(): void;
}

type Outcome<Output> =
  | { readonly kind: 'done'; readonly output: Output }
  /** `answered`: undefined if there was no answer. */
  | { readonly kind: 'failed'; readonly error: SdkError; readonly answered: Answered | undefined };

export function createJsonClient({ targetPrefix, maxAttempts, ...options }: JsonClientOptions): JsonClient {
  const poster = createSignedPoster(options);
  const policy = createRetryPolicy(maxAttempts);

  async function isWorthAnotherTry({ error, answered }: Outcome<never> & { kind: 'failed' }): Promise<boolean> {
    if (poster.isClosed()) return false;
    return isTransient(error) || (answered !== undefined && (await poster.hasLearned(error, answered)));
  }

  return {
    send: async <Output>(action: string, input: object) => {
      const target = `${targetPrefix}.${action}`;
      const body = JSON.stringify(input);
      const tries = policy.begin();
      for (let attempts = 1; ; attempts += 1) {
        const outcome = await poster.post(target, body).then(
          (answered) => readOutcome<Output>(answered, attempts),
          (error: unknown) => ({ kind: 'failed' as const, error: error as SdkError, answered: undefined }),
        );
        if (outcome.kind === 'done') {
          tries.succeeded();
          return { output: outcome.output, attempts };
        }
        if (!(await isWorthAnotherTry(outcome)) || !(await tries.mayGoOn(outcome.error))) throw outcome.error;
      }
    },
    destroy: () => poster.destroy(),
  };
}

function readOutcome<Output>(answered: Answered, attempts: number): Outcome<Output> {
  const { answer } = answered;
  if (answer.status !== 200) return { kind: 'failed', error: toServiceError(answer, attempts), answered };
  const output = readObject(answer.body);
  if (output !== undefined) return { kind: 'done', output: output as Output };
  // What was asked for may have happened.
  const error = new Error(`the answer is no JSON object: ${answer.body.slice(0, 100)}`);
  return { kind: 'failed', error: Object.assign(error, { $retryable: {} }), answered };
}

/** Undefined for a text that is cut off, or is anything else. */
function readObject(text: string): object | undefined {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? read : undefined;
  } catch {
    return undefined;
  }
}
