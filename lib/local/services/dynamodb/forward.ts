/** Forwards requests to a DynamoDB that checks no signature: dynalite, or the official DynamoDB Local. */
import { Agent, request as httpRequest } from 'node:http';
import type { AwsAnswer } from '../service.ts';
import { readAuthorization, type SignedRequest } from '../../iam/signature.ts';

/** Both want a signature all the same, and DynamoDB Local has tables of its own for each key and region. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Of the answer: the SDK checks the sum. */
const PASSED_HEADERS = ['content-type', 'x-amz-crc32', 'x-amzn-requestid'];

export interface Forwarder {
  readonly forward: (request: SignedRequest) => Promise<AwsAnswer>;
  /** Ends the connections. */
  readonly stop: () => void;
}

export function createForwarder(endpoint: string): Forwarder {
  const agent = new Agent({ keepAlive: true });
  const ask = (request: SignedRequest): Promise<AwsAnswer | 'closed'> =>
    new Promise((resolve, reject) => {
      const outgoing = httpRequest(endpoint, { method: 'POST', agent, headers: headersOf(request) }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const passed = PASSED_HEADERS.map((name) => [name, response.headers[name]]).filter(([, value]) => value);
          const headers = Object.fromEntries(passed) as Record<string, string>;
          resolve({ statusCode: response.statusCode ?? 500, headers, body: Buffer.concat(chunks) });
        });
      });
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        if (outgoing.reusedSocket && error.code === 'ECONNRESET') resolve('closed');
        else reject(error);
      });
      outgoing.end(request.body);
    });
  // A connection that was kept may be closed by the other side in the moment in which it is used again.
  const forward = async (request: SignedRequest): Promise<AwsAnswer> => {
    for (;;) {
      const answer = await ask(request);
      if (answer !== 'closed') return answer;
    }
  };
  return { forward, stop: () => agent.destroy() };
}

function headersOf({ headers, body }: SignedRequest): Record<string, string | number> {
  const { day = '20260101', region = 'us-east-1' } = readAuthorization(headers.authorization ?? '') ?? {};
  const scope = `${LOCAL_CREDENTIALS.accessKeyId}/${day}/${region}/dynamodb/aws4_request`;
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
    'content-length': body.length,
    'content-type': headers['content-type'] ?? 'application/x-amz-json-1.0',
    'x-amz-date': String(headers['x-amz-date'] ?? `${day}T000000Z`),
    'x-amz-target': String(headers['x-amz-target'] ?? ''),
  };
}
