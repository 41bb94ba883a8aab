/**
 * What came of a scenario, as lines that can be compared: how each run ended, what its steps gave, what it was sent.
 *
 * What a crash may change is left out: fences, attempts, times, the order in which steps that ran side by side ended.
 */
import { encode } from '../codec/encode.ts';
import type { Encoded } from '../core/encoded.ts';
import type { JournalEntry } from '../journal/event.ts';
import { findBrokenLaw } from '../journal/laws.ts';
import type { JournalRecord } from '../journal/record.ts';
import { standingEntries } from '../journal/standing.ts';
import type { MemoryTables } from '../memory/tables/memory-tables.ts';
import { loadWholeJournal } from '../archive/archive.ts';
import type { Store } from '../ports/store.ts';
import type { RunItem, StoredValue } from '../ports/run-item.ts';

export async function readOutcome(store: Store, runIds: readonly string[], tables?: MemoryTables): Promise<string[]> {
  const lines: string[] = [];
  for (const runId of runIds) for (const line of await linesOf(store, runId)) lines.push(line);
  for (const name of tables?.names() ?? []) {
    const items = (await tables?.table(name).items()) ?? [];
    lines.push(...items.map((item) => `table "${name}" has ${JSON.stringify(encode(item, 'an item'))}`).sort());
  }
  return lines;
}

/** The first line in which two outcomes differ; undefined if they are the same. */
export function firstDifference(
  expected: readonly string[],
  actual: readonly string[],
): { readonly expected: string; readonly actual: string } | undefined {
  const missing = expected.find((line) => !actual.includes(line));
  const added = actual.find((line) => !expected.includes(line));
  if (missing === undefined && added === undefined && expected.length === actual.length) return undefined;
  return {
    expected: missing ?? `(nothing of the kind, ${expected.length} lines in all)`,
    actual: added ?? `(nothing of the kind, ${actual.length} lines in all)`,
  };
}

async function linesOf(store: Store, runId: string): Promise<string[]> {
  const run = await store.readRun(runId);
  if (run === undefined) return [`${runId}: there is no such run`];
  const links = await readLinks(store, run);
  const entries = links.flatMap(entriesOfLink);
  const end = run.result === undefined ? '' : ` with ${await storedText(store, runId, run.result)}`;
  const held = run.blocked === undefined ? '' : ` (${run.blocked.reason})`;
  const events = [...messageLines(entries), ...childLines(entries), ...stepLines(entries)];
  const lines = [`${run.status}${held}${end}`, ...links.flatMap(lawLines), ...events];
  return lines.map((line) => `${runId}: ${line}`);
}

/** The journal of each link, the first first. */
async function readLinks(store: Store, { runId, link: last = 1 }: RunItem): Promise<JournalRecord[][]> {
  const links = Array.from({ length: last }, (_, index) => index + 1);
  const whole = await loadWholeJournal(store, runId); // of the last one, with what is archived
  const before = await Promise.all(links.slice(0, -1).map((link) => store.loadRecords(runId, 0, undefined, link)));
  return [...before, [...whole.records]];
}

/**
 * What stands. A signal that moves along counts in the last link that has it: in which link it is delivered first may
 * differ. In the same way a message comes before or after the failure of a run that is tried again.
 */
function entriesOfLink(records: readonly JournalRecord[]): JournalEntry[] {
  const { entries } = standingEntries(records.flatMap((record) => record.entries));
  const carried = entries.flatMap((entry) => (entry.kind === 'continued' ? entry.carries : []));
  return entries.filter((entry) => !('messageId' in entry) || !carried.includes(entry.messageId));
}

/** None, whatever crashes. */
function lawLines(records: readonly JournalRecord[]): string[] {
  const broken = findBrokenLaw(records);
  return broken === undefined ? [] : [`${BREAKS_A_LAW} (${broken.law.sentence}): ${broken.breach}`];
}

const BREAKS_A_LAW = 'its journal breaks a law';

/** The runs that are still in a turn: what would have come of them is not known. */
export function findUnsettled(outcome: readonly string[], runIds: readonly string[]): string[] {
  return runIds.filter((runId) => outcome.some((line) => line.startsWith(`${runId}: running`)));
}

/** The line of a run whose journal breaks a law. */
export function findUnlawful(outcome: readonly string[]): string | undefined {
  return outcome.find((line) => line.includes(BREAKS_A_LAW));
}

function messageLines(entries: readonly JournalEntry[]): string[] {
  const seen = new Set<string>();
  const counts = new Map<string, number>();
  return entries.flatMap((entry) => {
    if (!('messageId' in entry) || entry.kind === 'run-ended') return [];
    if (seen.has(entry.messageId)) return [`message ${entry.messageId} was delivered twice`];
    seen.add(entry.messageId);
    const name = nameOf(entry);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return [`${name} #${count}: ${contentOf(entry)}`];
  });
}

/**
 * Sorted: children that run side by side end in any order. Of a run that is watched the end is read, or comes as a message:
 * it depends on whether it had ended by then.
 */
function childLines(entries: readonly JournalEntry[]): string[] {
  const children = new Set<string>();
  return entries
    .flatMap((entry) => {
      if (entry.kind === 'step' && entry.operation?.kind === 'start-child') children.add(entry.operation.runId);
      if (entry.kind !== 'run-ended' || !children.has(entry.runId)) return [];
      return [`child "${entry.runId}" ended: ${entry.status} ${toText(entry.value)}`];
    })
    .sort();
}

type MessageEntry = Exclude<Extract<JournalEntry, { readonly messageId: string }>, { readonly kind: 'run-ended' }>;

function nameOf(entry: MessageEntry): string {
  if (entry.kind === 'signal-received') return `signal "${entry.name}"`;
  if (entry.kind === 'update-received') return `update "${entry.name}"`;
  return 'id' in entry ? `${entry.kind} of "${entry.name}"` : entry.kind;
}

function contentOf(entry: MessageEntry): string {
  switch (entry.kind) {
    case 'signal-received':
      return toText(entry.payload);
    case 'update-received':
      return toText(entry.args);
    case 'callback-completed':
      return toText(entry.value);
    case 'callback-failed':
      return toText(entry.error);
    case 'callback-heartbeat':
      return toText(entry.details);
    case 'cancel-requested':
    case 'terminate-requested':
      return entry.reason;
  }
}

/** What these give depends on how far the other run is by then. */
const LOOKS: ReadonlySet<string | undefined> = new Set(['watch', 'query', 'update']);

/** Sorted: which of two steps ended first is not the same after a crash. */
function stepLines(entries: readonly JournalEntry[]): string[] {
  const names = new Map<number, string>();
  const ended = new Set<number>();
  const lines: string[] = [];
  for (const entry of entries) {
    if (entry.kind === 'started') for (const ofLink of [ended, names]) ofLink.clear(); // each link counts from 1
    if (entry.kind === 'step' && !LOOKS.has(entry.operation?.kind)) names.set(entry.id, entry.name);
    if (entry.kind !== 'step-completed' && entry.kind !== 'step-failed') continue;
    const name = names.get(entry.id);
    if (name === undefined) continue;
    const step = `step "${name}"`;
    if (ended.has(entry.id)) lines.push(`${step} was recorded twice`);
    ended.add(entry.id);
    lines.push(
      entry.kind === 'step-completed'
        ? `${step} gave ${toText(entry.value)}`
        : `${step} failed: ${toText(entry.error)}`,
    );
  }
  return lines.sort();
}

async function storedText(store: Store, runId: string, stored: StoredValue): Promise<string> {
  const value = stored.kind === 'inline' ? stored.value : await store.readValue(runId, stored.key);
  return value === undefined ? 'a result that is missing' : toText(value);
}

/** Of errors, without their stacks, and without how many attempts a step took. */
function toText(encoded: Encoded): string {
  return JSON.stringify(encoded, (_key, node: unknown) => (isError(node) ? comparableError(node) : node));
}

interface ErrorNode {
  readonly $: 'Error';
  readonly class: string;
  readonly own?: Readonly<Record<string, unknown>>;
}

function isError(node: unknown): node is ErrorNode {
  return typeof node === 'object' && node !== null && (node as { $?: unknown }).$ === 'Error';
}

function comparableError(node: ErrorNode): object {
  const { stack: _stack, ...rest } = node as ErrorNode & { readonly stack?: string };
  if (node.class !== 'StepFailedError') return rest;
  const { message: _message, own, ...failure } = rest as ErrorNode & { readonly message?: string };
  const { attempts: _attempts, ...kept } = own ?? {};
  return { ...failure, own: kept };
}
