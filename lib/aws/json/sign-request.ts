/**
 * Signature Version 4 for requests of AWS's JSON protocols: a POST without a query. The key of a day is kept:
 * it takes four HMACs of the five. It is kept as a key, which from bytes Node would make anew for each signature.
 */
import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';

/** The keys of the caller that signs. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** What is signed, beside the time. */
export interface SignableRequest {
  /** With the port, where it is not the protocol's own. */
  readonly host: string;
  readonly path: string;
  /** As in `DynamoDB_20120810.PutItem`. */
  readonly target: string;
  readonly contentType: string;
  readonly body: string;
}

/** Gives the headers that a request needs beside `content-type` and `x-amz-target`. */
export type Sign = (request: SignableRequest, credentials: Credentials, nowMs: number) => Record<string, string>;

export function createSigner({ region, service }: { readonly region: string; readonly service: string }): Sign {
  let kept: { readonly secret: string; readonly day: string; readonly key: KeyObject } | undefined;
  const keyOf = (secret: string, day: string): KeyObject => {
    if (kept?.secret !== secret || kept.day !== day)
      kept = { secret, day, key: createSecretKey(deriveKey(secret, [day, region, service])) };
    return kept.key;
  };

  return ({ host, path, target, contentType, body }, { accessKeyId, secretAccessKey, sessionToken }, nowMs) => {
    const date = toAmzDate(nowMs);
    const day = date.slice(0, 8);
    const scope = `${day}/${region}/${service}/aws4_request`;
    const token = sessionToken === undefined ? '' : `x-amz-security-token:${sessionToken}\n`;
    const names = `content-type;host;x-amz-date;${token === '' ? '' : 'x-amz-security-token;'}x-amz-target`;
    const canonical =
      `POST\n${path}\n\ncontent-type:${contentType}\nhost:${host}\nx-amz-date:${date}\n${token}x-amz-target:${target}\n` +
      `\n${names}\n${sha256(body)}`;
    const signature = createHmac('sha256', keyOf(secretAccessKey, day))
      .update(`AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`)
      .digest('hex');
    return {
      host,
      'x-amz-date': date,
      ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    };
  };
}

function deriveKey(secret: string, scope: readonly string[]): Buffer {
  return [...scope, 'aws4_request'].reduce<Buffer>(
    (key, part) => createHmac('sha256', key).update(part).digest(),
    Buffer.from(`AWS4${secret}`),
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** `20270131T235959Z`. */
function toAmzDate(nowMs: number): string {
  const iso = new Date(nowMs).toISOString();
  const [year, month, day] = [iso.slice(0, 4), iso.slice(5, 7), iso.slice(8, 10)];
  return `${year}${month}${day}T${iso.slice(11, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;
}
