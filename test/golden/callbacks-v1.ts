/** A run with each thing that can come of a callback: what `callbacks-v1.json` has was written by it. */
import { callback, gather, step, workflow } from 'lull';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { SmallCloud } from '../engine/small-cloud.ts';

export const RUN_ID = 'calling';
export const PUBLIC_URL = 'https://api.example.com';

const schema = {
  '~standard': { version: 1, vendor: 'golden', validate: (value: unknown) => ({ value: [value] }) },
} as const;

export const calling = workflow('calling', function* () {
  const plain = callback('plain');
  const limited = callback('limited', { timeout: '1 day', heartbeatTimeout: '1h' });
  const checked = callback('checked', { schema });
  yield* step('hand out', () => [plain.token, limited.token, checked.url]);
  return yield* gather([plain, limited, checked], { returnExceptions: true });
});

export async function playCalling(): Promise<{ entries: JournalEntry[]; tokens: string[]; result: unknown }> {
  const cloud = new SmallCloud([calling]);
  const run = await cloud.client.start(calling, undefined, { id: RUN_ID });
  const worker = cloud.worker({ publicUrl: PUBLIC_URL });
  await worker.turn(RUN_ID);
  const handed = (await cloud.entries(RUN_ID)).find((entry) => entry.kind === 'step-completed');
  const tokens = (handed as unknown as { value: string[] }).value;
  await cloud.client.heartbeatCallback(tokens[1]!, { percent: 50 });
  await cloud.client.completeCallback(tokens[0]!, 'done');
  await cloud.client.failCallback(tokens[1]!, 'broken');
  await cloud.client.completeCallback(tokens[2]!.split('/').at(-1)!, 7);
  await worker.turn(RUN_ID);
  const entries = (await cloud.entries(RUN_ID)).map(withoutStack);
  return { entries, tokens, result: await run.result({ timeout: 0 }) };
}

/** A stack shows the caller's files. */
function withoutStack(entry: JournalEntry): JournalEntry {
  if (entry.kind !== 'callback-failed') return entry;
  const { stack: _stack, ...error } = entry.error as unknown as { stack?: unknown };
  return { ...entry, error: error as never };
}
