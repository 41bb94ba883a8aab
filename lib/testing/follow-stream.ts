/** Reads a stream of a run: what is to come is not waited for but brought about. */
import type { StreamReadOptions } from '../client/read-stream.ts';
import type { Run } from '../client/run.ts';
import type { StreamEntry } from '../core/stream.ts';

/** `bringAbout`: until there is more in the stream from that place on, or the run has ended; that is what it says. */
export async function* followStream(
  run: Run<unknown>,
  stream: string,
  { from = 1, bringAbout }: StreamReadOptions & { readonly bringAbout: (next: number) => Promise<'more' | 'ended'> },
): AsyncGenerator<StreamEntry<unknown>, void, undefined> {
  let next = from;
  for (;;) {
    const isLast = (await bringAbout(next)) === 'ended';
    for await (const entry of run.stream<unknown>(stream, { from: next })) {
      yield entry;
      next = entry.seq + 1;
    }
    if (isLast) return;
  }
}
