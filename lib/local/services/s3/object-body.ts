/** The bytes of an object as they come: in signed or unsigned chunks, with checksums in front or behind. */
import { createHash } from 'node:crypto';
import { AwsError } from '../service.ts';
import type { SignedRequest } from '../../iam/signature.ts';

export interface ObjectBody {
  readonly bytes: Buffer;
  /** Those that were sent, by header (`x-amz-checksum-crc32`), in base64; each was checked. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** A checksum that is not that of the bytes is an error, as S3 has it. */
export function readObjectBody(request: SignedRequest): ObjectBody {
  const { bytes, trailers } = isChunked(request) ? readChunks(request.body) : { bytes: request.body, trailers: {} };
  const sent = Object.entries({ ...request.headers, ...trailers }).flatMap(([name, value]) => {
    const [, algorithm] = /^x-amz-checksum-(crc32c?|crc64nvme|sha1|sha256)$/.exec(name) ?? [];
    return algorithm === undefined || typeof value !== 'string' ? [] : [{ name, algorithm, value }];
  });
  for (const { algorithm, value } of sent) check(bytes, algorithm, value);
  return { bytes, checksums: Object.fromEntries(sent.map(({ name, value }) => [name, value])) };
}

function isChunked({ headers }: SignedRequest): boolean {
  return String(headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');
}

/** `<hex length>[;chunk-signature=...]\r\n<bytes>\r\n`, again and again, to one of no length; then trailers. */
function readChunks(body: Buffer): { bytes: Buffer; trailers: Record<string, string> } {
  const chunks: Buffer[] = [];
  let at = 0;
  const readLine = (): string => {
    const end = body.indexOf('\r\n', at);
    if (end < 0) throw new AwsError('IncompleteBody', 'The request body terminated unexpectedly');
    const line = body.subarray(at, end).toString();
    at = end + 2;
    return line;
  };
  for (;;) {
    const length = Number.parseInt(readLine(), 16);
    if (!(length >= 0) || at + length > body.length) {
      throw new AwsError('IncompleteBody', 'The request body terminated unexpectedly');
    }
    if (length === 0) break;
    chunks.push(body.subarray(at, at + length));
    at += length + 2;
  }
  const trailers: Record<string, string> = {};
  while (at < body.length) {
    const [name = '', ...value] = readLine().split(':');
    if (name !== '') trailers[name.toLowerCase()] = value.join(':').trim();
  }
  return { bytes: Buffer.concat(chunks), trailers };
}

function check(bytes: Buffer, algorithm: string, expected: string): void {
  const actual = checksum(bytes, algorithm);
  if (actual === undefined) {
    throw new AwsError('NotImplemented', `The checksum ${algorithm} is not known here: use crc32, the default`, 501);
  }
  if (actual === expected) return;
  throw new AwsError(
    'BadDigest',
    `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
  );
}

function checksum(bytes: Buffer, algorithm: string): string | undefined {
  switch (algorithm) {
    case 'crc32':
      return crc(bytes, CRC32);
    case 'crc32c':
      return crc(bytes, CRC32C);
    case 'sha1':
    case 'sha256':
      return createHash(algorithm).update(bytes).digest('base64');
    default:
      return undefined;
  }
}

const CRC32 = crcTable(0xedb88320);
const CRC32C = crcTable(0x82f63b78);

function crcTable(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value >>> 0;
  });
}

function crc(bytes: Buffer, table: Uint32Array): string {
  let value = 0xffffffff;
  for (const byte of bytes) value = (table[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  const digest = Buffer.alloc(4);
  digest.writeUInt32BE((value ^ 0xffffffff) >>> 0);
  return digest.toString('base64');
}
