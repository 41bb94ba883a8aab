/** What a write costs at least: one bare put after the other, over one connection, by Node's own HTTP and nothing else. */
import { Agent, request } from 'node:http';
import { median } from '../measure.ts';
import type { BenchStore } from '../stores.ts';

const PUTS = 2_000;

/** Nothing where there is no server. Requests are not signed for real: dynalite does not look. */
export async function measurePut({ endpoint }: BenchStore): Promise<Record<string, number>> {
  if (endpoint === undefined) return {};
  const agent = new Agent({ keepAlive: true });
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'DynamoDB_20120810.PutItem',
    'x-amz-date': '20270101T000000Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=bench/20270101/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
  };
  const put = (n: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const item = { pk: { S: 'bare' }, sk: { S: `event#${n}` }, entries: { S: 'x'.repeat(200) } };
      const body = JSON.stringify({ TableName: 'bench', Item: item });
      const outgoing = request(endpoint, {
        agent,
        method: 'POST',
        headers: { ...headers, 'content-length': body.length },
      });
      outgoing.on('error', reject);
      outgoing.on('response', (incoming) => incoming.resume().on('end', resolve));
      outgoing.end(body);
    });
  const times: number[] = [];
  for (let n = 0; n < PUTS; n += 1) {
    const beganMs = performance.now();
    await put(n);
    times.push(performance.now() - beganMs);
  }
  agent.destroy();
  return { msPerPut: median(times.slice(PUTS / 4)) };
}
