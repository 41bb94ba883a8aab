// Somebody who reads a stream, or calls an entity, over HTTP, in a process that can be killed: `node reader-process.ts
// <ReaderOrder as JSON>`. Each line of its output is what it has got, at once.
import { writeSync } from 'node:fs';
import { signedFetch, type Signer } from '../../lib/client/signed-fetch.ts';

export interface ReaderOrder {
  readonly url: string;
  readonly signer: { readonly credentials: Signer['credentials']; readonly region: string };
  /** Of a stream, as server-sent events or page by page; or one call of an entity after the other, each with a key. */
  readonly how: 'events' | 'pages' | 'calls';
  /** The first that it has not got yet. */
  readonly from: number;
  /** The last call. */
  readonly until?: number;
}

export interface Got {
  readonly seq: number;
  readonly value: unknown;
}

const order = JSON.parse(process.argv[2] ?? '') as ReaderOrder;
const READERS = { events: readEvents, pages: readPages, calls: call };
await READERS[order.how](order);

async function readEvents({ url, from }: ReaderOrder): Promise<void> {
  for (let next = from; ;) {
    const headers = { accept: 'text/event-stream', ...(next === 1 ? {} : { 'last-event-id': String(next - 1) }) };
    const response = await ask(url, { headers });
    if (response.status === 204) return;
    for (const [, seq, data] of (await response.text()).matchAll(/^id: (\d+)\ndata: (".*")$/gm)) {
      tell({ seq: Number(seq), value: JSON.parse(data ?? '') });
      next = Number(seq) + 1;
    }
  }
}

async function readPages({ url, from }: ReaderOrder): Promise<void> {
  for (let next = from; ;) {
    const response = await ask(`${url}?from=${next}&wait=2s&limit=50`);
    const page = (await response.json()) as { entries: Got[]; next: number; ended: boolean };
    for (const entry of page.entries) tell(entry);
    if (page.ended) return;
    next = page.next;
  }
}

async function call({ url, from, until = 0 }: ReaderOrder): Promise<void> {
  for (let seq = from; seq <= until; seq += 1) {
    const response = await ask(url, { method: 'POST', headers: { 'idempotency-key': `call-${seq}` } });
    tell({ seq, value: await response.json() });
  }
}

async function ask(url: string, init?: RequestInit): Promise<Response> {
  const response = await signedFetch(url, init, order.signer);
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return response;
}

/** One write: whoever is killed has told all of it or nothing. */
function tell(got: Got): void {
  writeSync(1, `${JSON.stringify(got)}\n`);
}
