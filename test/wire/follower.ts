/** Somebody who follows a stream over HTTP: cut off again and again, and going on behind the last place that it has. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Said } from './workflows.ts';

export interface Entry {
  readonly seq: number;
  readonly value: Said;
}

interface Page {
  readonly entries: readonly Entry[];
  readonly next: number;
  readonly ended: boolean;
}

const PAUSE_MS = 150;
const REQUEST_LIMIT_MS = 8_000;

/** All that was read, in the order in which it came, when the stream is over or `isStopped`. */
export async function follow(address: () => string, isStopped: () => boolean): Promise<Entry[]> {
  const read: Entry[] = [];
  for (let from = 1; !isStopped();) {
    const page = await pageFrom(`${address()}?from=${from}&limit=7&wait=2s`);
    if (page === undefined) {
      await delay(PAUSE_MS);
      continue;
    }
    read.push(...page.entries);
    if (page.ended) break;
    from = page.next;
  }
  return read;
}

/** Undefined where there is no answer, or none yet. */
async function pageFrom(address: string): Promise<Page | undefined> {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(REQUEST_LIMIT_MS) });
    return response.ok ? ((await response.json()) as Page) : undefined;
  } catch {
    return undefined;
  }
}
