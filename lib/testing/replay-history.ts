/** Replays an exported history against the code at hand, in this process: a debugger stops in the code of the workflow. */
import { chooseLink, type HistoryDocument, type LeftOut, readHistoryDocument } from '../client/history-document.ts';
import { fromInspection } from '../client/to-waits-for.ts';
import { describeValue } from '../core/describe-value.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { isClosed, type RunStatus } from '../core/run-status.ts';
import { describeThrown } from '../core/to-error.ts';
import type { WaitingTask, WaitsFor } from '../core/waits-for.ts';
import { createRegistry, type WorkflowSource } from '../core/workflow-registry.ts';
import { seenByCode } from '../engine/seen-by-code.ts';
import { type HistoryReplay, replayHistory as replay } from '../engine/replay-history.ts';
import { MemoryStore } from '../memory/memory-store.ts';
import { SystemClock } from '../memory/system-clock.ts';
import type { RunItem } from '../ports/run-item.ts';

/** What is replayed, and by which code. */
export interface ReplayHistoryOptions {
  /** An array, or a module's namespace (`import * as workflows from './workflows'`). */
  readonly workflows: WorkflowSource;
  /** What `run.exportHistory()` gave, or its JSON text. */
  readonly history: HistoryDocument | string;
  /** Of a history of several links: that one. Default: the last of the document. */
  readonly link?: number;
  /** Where the warnings of the code go, behind the end of the journal. Default: nowhere. */
  readonly log?: Logger;
}

interface Replayed {
  readonly runId: string;
  readonly workflow: string;
  readonly link: number;
  /** How many entries the journal has. */
  readonly entries: number;
  /** What the history does not have, which may be why the code differs. */
  readonly leftOut: readonly LeftOut[];
}

/** The code follows to the end of the journal, and has ended there, as it was recorded or otherwise. */
export interface ReplayedToEnd extends Replayed {
  readonly kind: 'ended';
  readonly status: 'completed' | 'failed' | 'cancelled' | 'terminated' | 'continued';
  /** What the code threw. */
  readonly thrown?: Error;
}

/** The code follows to the end of the journal, and waits there. */
export interface ReplayedToWait extends Replayed {
  readonly kind: 'waits';
  readonly waitsFor: WaitsFor;
  /** What the code asks for that is not recorded yet, as in `#4 step "mail"`: a turn would record it, and go on. */
  readonly adds: readonly string[];
}

/** The code does not follow: such a run would be blocked. */
export interface ReplayDiffers extends Replayed {
  readonly kind: 'differs';
  /** What the journal has, as in `#3 step "charge"`. */
  readonly recorded: string;
  /** What the code does there, as in `asks for #3 step "charge card"`. */
  readonly requested: string;
  /** The line of the author's code that asks for it, or at which the code waits. */
  readonly at?: string;
  /** What the code threw, if it has ended by then. */
  readonly thrown?: Error;
  readonly error: Error;
  /** What its tasks wait for where it differs. */
  readonly waitsFor: WaitsFor;
}

/** None of the code has run: there is no such workflow, or it cannot read what is stored. */
export interface ReplayFailed extends Replayed {
  readonly kind: 'cannot-replay';
  readonly error: Error;
}

/** What came of a replay: `kind` tells which of the fields are there. */
export type HistoryReplayed = ReplayedToEnd | ReplayedToWait | ReplayDiffers | ReplayFailed;

/**
 * Replays an exported history against this code, and says how far it follows. No step runs, and nothing is written. It runs
 * in this process and on this thread: breakpoints in the workflow's code stop it. Raises a HistoryUnreadableError for what
 * is no history.
 *
 * @example
 * ```ts
 * const order = (name: string) =>
 *   workflow('order', function* () {
 *     yield* step(name, () => 'paid');
 *     yield* sleep('1 day');
 *   });
 *
 * const engine = createTestEngine({ workflows: [order('charge')] });
 * const run = await engine.start(order('charge'));
 * await engine.settle();
 * const history = await run.exportHistory();
 * (await replayHistory({ workflows: [order('charge')], history })).kind; // => 'waits'
 * const replayed = await replayHistory({ workflows: [order('charge card')], history });
 * replayed.kind === 'differs' && replayed.requested; // => 'asks for #1 step "charge card"'
 * ```
 */
export async function replayHistory(options: ReplayHistoryOptions): Promise<HistoryReplayed> {
  checkOptions(options);
  const document = readHistoryDocument(options.history);
  const chosen = chooseLink(document, options.link);
  const entries = chosen.records.flatMap((record) => record.entries);
  const registry = createRegistry(options.workflows);
  const run = toRunItem(document, chosen);
  const { log = SILENT } = options;
  const ports = { registry, store: new MemoryStore(), clock: new SystemClock(), log };
  const replayed = await replay(ports, run, seenByCode(chosen.records));
  const { leftOut } = document;
  const head = { runId: run.runId, workflow: run.workflow, link: chosen.link, entries: entries.length, leftOut };
  const wasClosed = isClosed(document.run.status) && chosen.link === lastLinkOf(document);
  return { ...head, ...toReplayed(replayed, { status: document.run.status, wasClosed }) };
}

const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const OPTIONS = ['workflows', 'history', 'link', 'log'] satisfies (keyof ReplayHistoryOptions)[];

function checkOptions(options: object): void {
  const unknown = Object.keys(options).find((option) => !(OPTIONS as string[]).includes(option));
  if (unknown === undefined) return;
  throw new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `replayHistory has no option ${describeValue(unknown)}: there are ${OPTIONS.join(', ')}`,
  );
}

function lastLinkOf({ links }: HistoryDocument): number {
  return Math.max(...links.map(({ link }) => link));
}

function toRunItem(document: HistoryDocument, { link, input }: ReturnType<typeof chooseLink>): RunItem {
  const { id, workflow, createdAtMs, deadlineAtMs, parent } = document.run;
  return {
    ...{ runId: id, workflow, createdAtMs, input: { kind: 'inline', value: input }, inputDigest: '' },
    ...{ status: 'suspended', epoch: 1, wakes: 0, inboxIds: [] },
    ...(link === 1 ? {} : { link }),
    ...(deadlineAtMs === undefined ? {} : { deadlineAtMs }),
    ...(parent === undefined ? {} : { startedBy: { runId: parent, step: '', isParent: true } }),
  };
}

type Outcome =
  | Omit<ReplayedToEnd, keyof Replayed>
  | Omit<ReplayedToWait, keyof Replayed>
  | Omit<ReplayDiffers, keyof Replayed>
  | Omit<ReplayFailed, keyof Replayed>;

function toReplayed(
  replayed: HistoryReplay,
  { status, wasClosed }: { readonly status: RunStatus; readonly wasClosed: boolean },
): Outcome {
  if (replayed.kind === 'unreadable') return { kind: 'cannot-replay', error: replayed.error };
  const waitsFor = fromInspection(replayed.inspection);
  if (replayed.kind === 'differs') {
    const { error, recorded, requested = describeThrown(error), thrown } = replayed;
    const at = lineOf(waitsFor, recorded);
    const sides = { recorded: recorded ?? 'something that the code cannot take', requested };
    return {
      kind: 'differs',
      ...sides,
      ...(at === undefined ? {} : { at }),
      ...(thrown && { thrown }),
      error,
      waitsFor,
    };
  }
  const { outcome, thrown, adds } = replayed;
  if (outcome !== 'going-on') return { kind: 'ended', status: outcome, ...(thrown && { thrown }) };
  // Without its code's doing: a plain request to terminate.
  if (!wasClosed || status === 'terminated') return { kind: 'waits', waitsFor, adds };
  const asks = adds[0] === undefined ? 'goes on' : `asks for ${adds[0]}`;
  const at = lineOf(waitsFor, adds[0]);
  const error = new Error(`the run has ${status}, and the code ${asks} after that`);
  const sides = { recorded: `the end of the run: ${status}`, requested: asks };
  return { kind: 'differs', ...sides, ...(at === undefined ? {} : { at }), error, waitsFor };
}

/** Of the task that waits for the command at that position; else of the first one that waits. */
function lineOf(waitsFor: WaitsFor, command: string | undefined): string | undefined {
  if (waitsFor.from !== 'code') return undefined;
  const all = waitsFor.tasks.flatMap(withTasksBelow);
  const id = /#\d+/.exec(command ?? '')?.[0];
  const asking =
    id && all.find(({ awaits }) => awaits.some((point) => point.kind === 'step' && point.stepId.endsWith(id)));
  return (asking || all.find(({ awaits, at }) => awaits.length > 0 && at !== undefined))?.at;
}

function withTasksBelow(task: WaitingTask): WaitingTask[] {
  return [task, ...task.tasks.flatMap(withTasksBelow)];
}
