/** 1,000 signals from 20 senders into one run, as fast as they can: none is lost, and each sender's arrive in its order. */
import { InboxFullError, type Run } from 'lull/client';
import { createBench } from '../harness.ts';
import { medians } from '../measure.ts';
import type { BenchStore } from '../stores.ts';
import { keepsAll } from '../workflows.ts';

const SENDERS = 20;
const OF_EACH = 50;
/** A full inbox is refused; its sender tries again. */
const PAUSE_MS = 5;

export function measureSignals(store: BenchStore) {
  const bench = createBench(store);
  return medians(store.isMetered ? 1 : 3, async () => {
    store.takeCounts();
    const run = await bench.client.start(keepsAll, SENDERS * OF_EACH);
    await bench.work();
    const startedMs = performance.now();
    let refused = 0;
    const send = async (sender: number): Promise<void> => {
      for (let at = 0; at < OF_EACH; at++) refused += await sendOne(run, sender * OF_EACH + at);
    };
    const ended = { isOver: false };
    const sending = Promise.all(Array.from({ length: SENDERS }, (_, sender) => send(sender))).finally(() => {
      ended.isOver = true;
    });
    while (!ended.isOver) {
      await bench.work();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await sending;
    await bench.work();
    const seconds = (performance.now() - startedMs) / 1_000;
    checkOrder(await run.result());
    const { writeUnits } = store.takeCounts();
    return {
      signalsPerSecond: (SENDERS * OF_EACH) / seconds,
      refusedPerSignal: refused / (SENDERS * OF_EACH),
      ...(writeUnits === undefined ? {} : { writeUnitsPerSignal: writeUnits / (SENDERS * OF_EACH) }),
    };
  });
}

/** How often it was refused before. */
async function sendOne(run: Run<number[]>, payload: number): Promise<number> {
  for (let refused = 0; ; refused++) {
    try {
      await run.signal('go-on', payload);
      return refused;
    } catch (error) {
      if (!(error instanceof InboxFullError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

function checkOrder(received: readonly number[]): void {
  for (let sender = 0; sender < SENDERS; sender++) {
    const own = received.filter((payload) => Math.floor(payload / OF_EACH) === sender);
    if (own.some((payload, at) => payload !== sender * OF_EACH + at) || own.length !== OF_EACH) {
      throw new Error(`the signals of sender ${sender} came as ${own.join(', ')}`);
    }
  }
}
