/** The body of a request: JSON in UTF-8, whatever its content type says, and no larger than the limit. */
import { PayloadTooLargeError } from '../core/errors.ts';
import { findJsonError } from './json-error.ts';
import { InvalidRequestError } from './problem.ts';

/** The largest value that a store takes, and what may stand around it. What a smaller store does not take, the client says. */
const BODY_LIMIT_BYTES = 5_250_000;

/** The value; undefined for an empty body. */
export async function readJsonBody(request: Request): Promise<unknown> {
  const bytes = await readBytes(request);
  if (bytes.length === 0) return undefined;
  const text = decodeUtf8(bytes);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new InvalidRequestError('INVALID_JSON', `the body is no JSON: ${findJsonError(text) ?? String(error)}`);
  }
}

/** A JSON object; undefined for what is none. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

/** What is too large is not read to its end. */
async function readBytes(request: Request): Promise<Buffer> {
  const declaredBytes = Number(request.headers.get('content-length') ?? 0);
  if (declaredBytes > BODY_LIMIT_BYTES) throw tooLarge(`${declaredBytes}`);
  const chunks: Uint8Array[] = [];
  let readBytes = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    readBytes += chunk.length;
    if (readBytes > BODY_LIMIT_BYTES) throw tooLarge(`more than ${BODY_LIMIT_BYTES}`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InvalidRequestError('INVALID_JSON', 'the body is no JSON: its bytes are no UTF-8');
  }
}

function tooLarge(bytes: string): PayloadTooLargeError {
  return new PayloadTooLargeError(
    `the body has ${bytes} bytes, the limit is ${BODY_LIMIT_BYTES}: store what is large elsewhere (such as S3) and ` +
      `send a reference to it`,
  );
}
