/** Streams only grow, place by place, with the journal, and no value of them changes. */
import { type StreamValues, toEntries } from '../../../lib/ports/stream-values.ts';
import type { Table } from '../world/table.ts';
import { recordPut } from './ledger.ts';
import type { Rule } from './rule.ts';

export const streamRule: Rule = {
  name: 'streams only grow, place by place',
  onCall(call, run, violate) {
    if (run.isDeleted || recordPut(call, run) === undefined || call.operation !== 'putRecord') return;
    for (const { name, from, values } of (call.args[3] ?? []) as readonly StreamValues[]) {
      const last = run.streams.get(name)?.length ?? 0;
      if (from !== last + 1) violate(`${call.by} wrote place ${from} of stream "${name}", which has ${last} values`);
      if (values.length === 0) violate(`${call.by} wrote nothing to stream "${name}"`);
    }
  },
  async atEnd(run, violate, { table }) {
    const isGone = run.isPurged || run.isDeleted;
    for (const [name, values] of run.streams) {
      const there = await readAll(table, run.runId, name);
      if (JSON.stringify(there) !== JSON.stringify(isGone ? [] : values)) {
        violate(isGone ? `stream "${name}" was left behind` : `stream "${name}" is not what was written to it`);
      }
    }
    if (isGone || run.reopened.length > 0 || run.item?.goesOnFrom !== undefined) return;
    const counted = new Map<string, number>();
    for (let link = 1; link <= run.link; link += 1) {
      for (const { entries } of run.recordsOf(link)) {
        for (const entry of entries) {
          if (entry.kind === 'forked') counted.clear();
          if (entry.kind === 'write' || entry.kind === 'stream-written')
            counted.set(entry.name, (counted.get(entry.name) ?? 0) + entry.count);
        }
      }
    }
    for (const [name, count] of counted) {
      const there = run.streams.get(name)?.length ?? 0;
      if (there !== count) violate(`the journal says that stream "${name}" has ${count} values, and it has ${there}`);
    }
  },
};

async function readAll({ store }: Table, runId: string, name: string): Promise<unknown[]> {
  const values: unknown[] = [];
  for (;;) {
    const next = values.length + 1;
    const page = toEntries(await store.readStream(runId, name, next), next);
    if (page.length === 0) return values;
    for (const { value } of page) values.push(value);
  }
}
