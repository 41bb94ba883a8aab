/** Answers that are no success, as one line for a person and a code for a script. */
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { EngineAddress } from './engine.ts';

interface Refusal {
  readonly status: number;
  readonly text: string;
  readonly address: Pick<EngineAddress, 'name' | 'url'>;
  readonly path: string;
}

/** lull's own answers are problems (RFC 9457); a gateway in front of it has a `message`. */
export function readRefusal(refusal: Refusal): { readonly error: CliError; readonly isTemporary: boolean } {
  const { status, text, address } = refusal;
  const isTemporary = status === 429 || status === 502 || status === 503 || status === 504;
  const { code, detail, message } = readObject(text);
  if (typeof code === 'string' && typeof detail === 'string') {
    if (code === 'NOT_FOUND' || code === 'METHOD_NOT_ALLOWED') return { error: otherVersion(refusal), isTemporary };
    return { error: new CliError(exitCodeOf(status), detail, { code, status }), isTemporary };
  }
  const said = typeof message === 'string' ? message : text.slice(0, 200);
  return { error: new CliError(...describeGateway(status, said, address)), isTemporary };
}

function exitCodeOf(status: number): number {
  if (status === 400) return EXIT.usage;
  if (status === 404) return EXIT.notFound;
  if (status === 401 || status === 403 || status >= 500) return EXIT.unreachable;
  return EXIT.refused;
}

function otherVersion({ address, path, status }: Refusal): CliError {
  return new CliError(
    EXIT.refused,
    `${address.name} has no ${path.split('?')[0] ?? path}: it runs an older lull than this command. Deploy it anew`,
    { status },
  );
}

/** What API Gateway says before lull is asked. */
function describeGateway(
  status: number,
  message: string,
  { name, url }: Refusal['address'],
): [exitCode: number, message: string, details: Record<string, unknown>] {
  const details = { status };
  if (/security token .*expired|ExpiredToken/i.test(message)) {
    return [
      EXIT.unreachable,
      `the AWS credentials have expired: sign in again (aws sso login), or choose another --profile`,
      details,
    ];
  }
  if (/security token .*invalid|UnrecognizedClient/i.test(message)) {
    return [
      EXIT.unreachable,
      `${name} does not know these AWS credentials: are they of another account or partition?`,
      details,
    ];
  }
  if (/Signature expired|Signature not yet current/i.test(message)) {
    return [EXIT.unreachable, `AWS refuses the signature: set the clock of this machine (${message})`, details];
  }
  if (/Credential should be scoped/i.test(message)) {
    return [
      EXIT.unreachable,
      `${name} is in another region than the request was signed for: give --region (${message})`,
      details,
    ];
  }
  if (status === 401 || status === 403) {
    const advice =
      'these credentials need execute-api:Invoke on it (grantInvoke of the construct), or it asks for another kind of authorization (--header)';
    return [EXIT.unreachable, `${name} does not let this caller in (${status} ${message}): ${advice}`, details];
  }
  if (status === 404) return [EXIT.unreachable, `there is no engine at ${url} (404 ${message})`, details];
  return [EXIT.unreachable, `${name} answered ${status}: ${message}`, details];
}

function readObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
