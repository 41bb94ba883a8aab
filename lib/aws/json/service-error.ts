/** What a service says has gone wrong, in the form of the AWS SDK's exceptions: the rest of the code knows one form. */
import type { SdkError } from '../sdk-error.ts';
import type { Answer } from './post.ts';

export interface ServiceError extends SdkError {
  readonly $metadata: {
    readonly httpStatusCode: number;
    readonly requestId: string | undefined;
    readonly attempts: number;
  };
}

/** Of an answer that is none: its `name` is the service's own, and what else the answer has is on it (as `Item`). */
export function toServiceError(answer: Answer, attempts: number): ServiceError {
  const { __type, code, message, Message, ...rest } = readBody(answer.body);
  const type = [__type, code, answer.headers['x-amzn-errortype']].find((each) => typeof each === 'string');
  const said = [message, Message].find((each) => typeof each === 'string');
  return Object.assign(new Error(said ?? `status ${answer.status}: ${answer.body.slice(0, 200)}`), {
    ...rest,
    name: nameOf(type) ?? 'UnknownError',
    $metadata: { httpStatusCode: answer.status, requestId: requestIdOf(answer), attempts },
  });
}

/** Of `com.amazonaws.dynamodb.v20120810#ThrottlingException` the last part, and of `Throttling:http://...` the first. */
function nameOf(type: string | undefined): string | undefined {
  return type?.split('#').at(-1)?.split(/[:,]/)[0];
}

function requestIdOf({ headers }: Answer): string | undefined {
  const id = headers['x-amzn-requestid'];
  return typeof id === 'string' ? id : undefined;
}

/** A gateway in between may answer with HTML. */
function readBody(body: string): Record<string, unknown> {
  try {
    const read: unknown = JSON.parse(body);
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
