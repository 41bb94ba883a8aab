/**
 * Requests of AWS's JSON protocols, without the AWS SDK: for the few requests that lull makes all the time, it takes most
 * of a step's time, and most of a function's start. What the SDK does for such a request is done here too: signature,
 * connections that stay open, time limits, further tries with growing pauses, a clock that is wrong.
 *
 * Values are JSON: there is no form for binary ones.
 */
import { isTransient, type SdkError } from '../sdk-error.ts';
import { findLocation, type Environment, type Location, type Service } from './location.ts';
import { createPoster, type Answer, type Poster, type TimeLimits } from './post.ts';
import { toServiceError } from './service-error.ts';
import { createSigner, type Sign } from './sign-request.ts';

export interface JsonClientOptions {
  readonly service: Service;
  /** As in `DynamoDB_20120810`. */
  readonly targetPrefix: string;
  /** How often a request is sent, at most. */
  readonly maxAttempts: number;
  readonly limits: TimeLimits;
  /** Default: that of the process. */
  readonly environment?: Environment | undefined;
  /** Default: where the environment says, or the AWS SDK. */
  readonly location?: Location | undefined;
}

export interface JsonAnswer<Output> {
  readonly output: Output;
  /** How often it was sent. */
  readonly attempts: number;
}

export interface JsonClient {
  /** Rejects with a ServiceError, or with the last error of the network. */
  send<Output>(action: string, input: object): Promise<JsonAnswer<Output>>;
  /** Closes the connections. */
  destroy(): void;
}

const CONTENT_TYPE = 'application/x-amz-json-1.0';

interface Connection {
  readonly location: Location;
  readonly poster: Poster;
  readonly sign: Sign;
}

export function createJsonClient(options: JsonClientOptions): JsonClient {
  const { service, targetPrefix, maxAttempts, limits, environment = process.env } = options;
  let opened: Promise<Connection> | undefined;
  /** What to add to this machine's clock. */
  let skewMs = 0;

  async function open(): Promise<Connection> {
    const location = options.location ?? (await findLocation(service, environment));
    const { endpoint, region } = location;
    return { location, poster: createPoster(endpoint, limits), sign: createSigner({ region, service }) };
  }

  function connection(): Promise<Connection> {
    opened ??= open().catch((error: unknown) => {
      opened = undefined; // the next request looks again: credentials may have been set up meanwhile
      throw error;
    });
    return opened;
  }

  async function attempt(target: string, body: string): Promise<Answer> {
    const { location, poster, sign } = await connection();
    const { host, pathname: path } = location.endpoint;
    const request = { host, path, target, contentType: CONTENT_TYPE, body };
    const signed = sign(request, await location.credentials(), Date.now() + skewMs);
    return poster.post({ ...signed, 'content-type': CONTENT_TYPE, 'x-amz-target': target }, body);
  }

  /** Whether the clock was wrong, and is right now. */
  function hasMendedClock(error: SdkError, { headers }: Answer): boolean {
    if (!SKEWED.has(error.name) || headers.date === undefined) return false;
    const foundMs = Date.parse(headers.date) - Date.now();
    if (Number.isNaN(foundMs) || Math.abs(foundMs - skewMs) < LEAST_SKEW_MS) return false;
    skewMs = foundMs;
    return true;
  }

  async function send<Output>(action: string, input: object): Promise<JsonAnswer<Output>> {
    const target = `${targetPrefix}.${action}`;
    const body = JSON.stringify(input);
    for (let attempts = 1; ; attempts += 1) {
      const outcome = await attempt(target, body).then(
        (answer) =>
          answer.status === 200 ? readOutput<Output>(answer) : { error: toServiceError(answer, attempts), answer },
        (error: unknown) => ({ error: error as SdkError, answer: undefined }),
      );
      if ('output' in outcome) return { output: outcome.output, attempts };
      const { error, answer } = outcome;
      const isWorthIt = isTransient(error) || (answer !== undefined && hasMendedClock(error, answer));
      if (!isWorthIt || attempts >= maxAttempts) throw error;
      await pause(attempts, answer !== undefined && answer.status < 500);
    }
  }

  return {
    send,
    destroy: () =>
      void opened?.then(
        ({ poster }) => poster.destroy(),
        () => undefined,
      ),
  };
}

/** A body that is cut off, or is none, is no answer: what was asked for may have happened. */
function readOutput<Output>(answer: Answer): { output: Output } | { error: SdkError; answer: Answer } {
  try {
    return { output: JSON.parse(answer.body) as Output };
  } catch (cause) {
    const error = new Error(`the answer is not JSON: ${answer.body.slice(0, 100)}`, { cause });
    return { error: Object.assign(error, { $retryable: {} }), answer };
  }
}

/** Names under which services refuse a request whose time is not theirs. */
const SKEWED: ReadonlySet<string> = new Set([
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);

/** Services take a request that is up to five minutes off, or fifteen. */
const LEAST_SKEW_MS = 4 * 60_000;

const FIRST_PAUSE_MS = 25;
const FIRST_PAUSE_AFTER_THROTTLING_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/** Drawn from all of the interval, so that those who failed together do not come back together. */
function pause(attempts: number, isThrottled: boolean): Promise<void> {
  const first = isThrottled ? FIRST_PAUSE_AFTER_THROTTLING_MS : FIRST_PAUSE_MS;
  const ms = Math.random() * Math.min(LONGEST_PAUSE_MS, first * 2 ** (attempts - 1));
  return new Promise((resolve) => setTimeout(resolve, ms));
}
