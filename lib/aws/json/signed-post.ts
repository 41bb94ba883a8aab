/** One attempt of a request: signed with the keys and the time that are known to be good, and sent. */
import { isKeyRefused, type SdkError } from '../sdk-error.ts';
import { createServiceClock } from './clock-skew.ts';
import { findLocation, type Environment, type Location, type Service } from './location.ts';
import { closedError, createPoster, type Answer, type Poster, type TimeLimits } from './post.ts';
import { createSigner, type Credentials, type Sign } from './sign-request.ts';

export interface SignedPosterOptions {
  readonly service: Service;
  /** Of the protocol, which a service has in one version. Default: 1.0. */
  readonly jsonVersion?: '1.0' | '1.1';
  readonly limits: TimeLimits;
  /** Default: that of the process. */
  readonly environment?: Environment | undefined;
  /** Default: where the environment says, or the AWS SDK. */
  readonly location?: Location | undefined;
}

/** An answer, whatever it says, and whose request it answers. */
export interface Answered {
  readonly answer: Answer;
  readonly credentials: Credentials;
}

export interface SignedPoster {
  post(target: string, body: string): Promise<Answered>;
  /** Whether the request was refused for its keys or its time, and the next one will have others. */
  hasLearned(error: SdkError, answered: Answered): Promise<boolean>;
  isClosed(): boolean;
  destroy(): void;
}

interface Opened {
  readonly location: Location;
  readonly poster: Poster;
  readonly sign: Sign;
}

export function createSignedPoster(options: SignedPosterOptions): SignedPoster {
  const { service, limits, environment = process.env, jsonVersion = '1.0' } = options;
  const contentType = `application/x-amz-json-${jsonVersion}`;
  const clock = createServiceClock();
  let opened: Promise<Opened> | undefined;
  let isClosed = false;

  async function find(): Promise<Opened> {
    const location = options.location ?? (await findLocation(service, environment));
    const { endpoint, region } = location;
    return { location, poster: createPoster(endpoint, limits), sign: createSigner({ region, service }) };
  }

  function open(): Promise<Opened> {
    opened ??= find().catch((error: unknown) => {
      opened = undefined; // the next request looks again: credentials may have been set up meanwhile
      throw error;
    });
    return opened;
  }

  return {
    post: async (target, body) => {
      const { location, poster, sign } = await open();
      const { host, pathname: path } = location.endpoint;
      const credentials = await location.credentials();
      if (isClosed) throw closedError(host);
      const signed = sign({ host, path, target, contentType, body }, credentials, clock.nowMs());
      const headers = Object.entries({ ...signed, 'content-type': contentType, 'x-amz-target': target }).flat();
      const answer = await poster.post(headers, body);
      return { answer, credentials };
    },
    hasLearned: async (error, { answer, credentials }) => {
      if (clock.isMended(error, answer)) return true;
      if (!isKeyRefused(error)) return false;
      const { location } = await open();
      const { accessKeyId, sessionToken } = await location.credentials({ forceRefresh: true });
      return accessKeyId !== credentials.accessKeyId || sessionToken !== credentials.sessionToken;
    },
    isClosed: () => isClosed,
    destroy: () => {
      isClosed = true;
      void opened?.then(
        ({ poster }) => poster.destroy(),
        () => undefined,
      );
    },
  };
}
