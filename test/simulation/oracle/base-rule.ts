/**
 * Of a run with an unbounded history: bases follow one another, and each is written before the run item names it. Only records
 * behind the base that is named are removed, and of those none that stops a worker which was taken over. No value that a run
 * goes on from is deleted. What is left, with what was archived, is what was written.
 */
import { loadWholeJournal } from '../../../lib/archive/archive.ts';
import { saysThatItLives } from '../../../lib/engine/proof-of-life.ts';
import type { JournalRecord, RecordToRemove } from '../../../lib/journal/record.ts';
import type { JournalBase } from '../../../lib/ports/run-item.ts';
import type { RunLedger } from './run-ledger.ts';
import type { Rule, Violate } from './rule.ts';

export const baseRule: Rule = {
  name: 'a base is named before what is behind it goes, and nothing else goes',
  onCall({ operation, args, before, after, by }, run, violate) {
    const base = before?.base;
    if (after?.base !== undefined && after.base.key !== base?.key) checkNamed(by, run, after.base, violate);
    if (operation === 'removeRecords') {
      for (const record of args[1] as readonly RecordToRemove[]) {
        const why = whyNotToRemove(record, run, base);
        if (why !== undefined) violate(`${by} removed record ${record.number}, and ${why}`);
      }
    }
    if (operation !== 'deleteValue' || run.end !== undefined) return;
    if ([base?.key, base?.archive].includes(args[1] as string)) violate(`${by} deleted the base, or its archive`);
  },
  async atEnd(run, violate, { table, faultNames }) {
    const { runId, records, item } = run;
    if (run.isPurged || run.isDeleted || item?.base === undefined) return;
    const { base } = item;
    const stored = await table.seen.loadRecords(runId, 0);
    for (const record of stored) {
      if (!isSame(record, records[record.number - 1])) violate(`record ${record.number} is not what was written`);
    }
    const numbers = new Set(stored.map(({ number }) => number));
    const gone = records.filter(({ number }) => (number === 1 || number >= base.record) && !numbers.has(number));
    if (gone.length > 0) violate(`records ${gone.map(({ number }) => number).join()} are gone`);
    const left = stored.filter((record) => mayNotBeLeft(record, run, base));
    if (left.length > 0 && faultNames.length === 0)
      violate(`records ${left.map(({ number }) => number).join()} are left`);
    const isArchived = table.seen.limits.itemContentBytes !== Infinity;
    if (isArchived !== (base.archive !== undefined)) violate(`the base ${JSON.stringify(base)} is not of this bucket`);
    const { records: known, droppedUpTo } = await loadWholeJournal(table.seen, runId);
    if (droppedUpTo?.record !== (isArchived ? undefined : base.record)) violate('its history is said to be dropped');
    if (!isSame(known, isArchived ? records : records.slice(base.record)))
      violate('its history is not what was written');
  },
};

function checkNamed(by: string, run: RunLedger, base: JournalBase, violate: Violate): void {
  const before = run.item?.base;
  if (base.record <= (before?.record ?? 0)) violate(`${by} named base ${base.record} after base ${before?.record}`);
  if (run.records[base.record - 1] === undefined) violate(`${by} named base ${base.record}, of no record`);
  if (run.records.at(-1)?.isTail === true) violate(`${by} named base ${base.record}, and the run item has a record`);
  if (!run.values.has(base.key)) violate(`${by} named base ${base.record}, which is not there`);
  if (base.archive !== undefined && !run.values.has(base.archive)) violate(`${by} named an archive that is not there`);
  const events = run.records.slice(0, base.record).reduce((sum, { entries }) => sum + entries.length, 0);
  if (events !== base.events) violate(`${by} named a base of ${base.events} entries, and there were ${events}`);
}

/** Undefined: it may go. */
function whyNotToRemove(
  { number, nonce }: RecordToRemove,
  { records, takeoversAt }: RunLedger,
  base: JournalBase | undefined,
): string | undefined {
  if (number >= (base?.record ?? 0)) return `the base is of ${base?.record ?? 'none'}`;
  const [before, record] = [records[number - 2], records[number - 1]];
  if (before === undefined || record === undefined) return 'tokens of callbacks are checked by it';
  if (record.nonce !== nonce) return `that is of ${record.nonce}`;
  const stops = [...takeoversAt].find((epoch) => epoch > before.epoch && epoch <= record.epoch);
  return stops === undefined ? undefined : `it stops the worker from whom epoch ${stops} has taken the run over`;
}

/** A worker that has written nothing may have been lost; one that says that it lives may have had no answer before. */
function mayNotBeLeft(record: JournalRecord, run: RunLedger, base: JournalBase): boolean {
  const { epoch, entries } = record;
  const mayStop = epoch - (run.records[record.number - 2]?.epoch ?? epoch) > 1 || entries.some(saysThatItLives);
  return !mayStop && whyNotToRemove(record, run, base) === undefined;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
