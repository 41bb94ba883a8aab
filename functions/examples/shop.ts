/**
 * The shop that the checkout example talks to: services over HTTP that take their time, are sometimes out of order, and
 * honour idempotency keys, as real ones do. All that they are asked goes into a ledger: a file that only grows.
 */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

/** One line of the ledger. */
export interface LedgerEntry {
  /** `charges`, `reservations`, `labels`, `refunds`, `releases`. */
  readonly service: string;
  readonly key: string;
  /** `repeated`: it had been done before under that key, so nothing was done. `unavailable`: try again. */
  readonly outcome: 'done' | 'repeated' | 'unavailable';
  readonly order?: string;
  readonly cents?: number;
}

export interface Shop {
  readonly url: string;
  readonly ledger: readonly LedgerEntry[];
  stop(): Promise<void>;
}

/** Which services are out of order when, and how long each takes, follows from the seed. */
export async function startShop(options: {
  readonly ledgerFile: string;
  readonly seed: number;
  /** How long the slowest answer takes; the quickest takes a quarter of it. */
  readonly slowestMs: number;
}): Promise<Shop> {
  const { ledgerFile, seed, slowestMs } = options;
  writeFileSync(ledgerFile, '');
  const ledger: LedgerEntry[] = [];
  const done = new Map<string, string>();
  const calls = new Map<string, number>();

  const serve = async (service: string, key: string, asked: { order?: string; cents?: number }) => {
    const call = (calls.get(key) ?? 0) + 1;
    calls.set(key, call);
    const { order, cents } = asked;
    const write = (outcome: LedgerEntry['outcome']): void => {
      const entry: LedgerEntry = { service, key, outcome, ...(order && { order }), ...(cents && { cents }) };
      ledger.push(entry);
      appendFileSync(ledgerFile, `${JSON.stringify(entry)}\n`);
    };

    if (call === 1 && chance(seed, key, 'outage') < 0.08) {
      write('unavailable');
      return { statusCode: 503, answer: { message: 'out of order, try again' } };
    }
    const id = done.get(key) ?? `${service}-${done.size + 1}`;
    write(done.has(key) ? 'repeated' : 'done');
    done.set(key, id);
    // The work is done by now. A worker that is killed while it waits for the answer does not know.
    await delay(slowestMs * (0.25 + 0.75 * chance(seed, key, `latency ${call}`)));
    return { statusCode: 200, answer: { id } };
  };

  const server = createServer((request, response) => {
    const service = (request.url ?? '/').slice(1);
    const key = String(request.headers['idempotency-key']);
    const reply = async (): Promise<void> => {
      const { statusCode, answer } = await serve(service, key, JSON.parse(await text(request)) as object);
      response.writeHead(statusCode, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    };
    reply().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, ledger, stop };
}

/** What the services did, as the file has it. */
export function readLedger(ledgerFile: string): LedgerEntry[] {
  const lines = readFileSync(ledgerFile, 'utf8').trimEnd().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as LedgerEntry);
}

/** From 0 to 1, always the same for the same arguments. */
function chance(seed: number, ...of: string[]): number {
  const digest = createHash('sha256')
    .update([seed, ...of].join('\n'))
    .digest();
  return digest.readUInt32BE(0) / 2 ** 32;
}

async function text(request: IncomingMessage): Promise<string> {
  let all = '';
  for await (const chunk of request.setEncoding('utf8')) all += chunk as string;
  return all;
}
