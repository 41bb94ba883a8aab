/** What an action will do to a run, in sentences, before it is done. */
import { explainWaits } from '../../lib/client/explain-run.ts';
import { isOpen, type EventAnswer, type ShownRun } from '../data/answers.ts';

export const ACTIONS = [
  'signal',
  'update',
  'query',
  'pause',
  'resume',
  'cancel',
  'terminate',
  'retry',
  'fork',
  'delete',
] as const;
export type Action = (typeof ACTIONS)[number];

/** Of many runs at once. */
export const BULK_ACTIONS = ['cancel', 'terminate', 'retry', 'delete'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

/** Those that make sense now, of a run of that status. */
export function actionsFor(status: string): readonly Action[] {
  const pause = status === 'paused' ? 'resume' : 'pause';
  if (isOpen(status)) return ['signal', 'update', 'query', pause, 'cancel', 'terminate', 'fork'];
  return [...(status === 'failed' ? (['retry'] as const) : []), 'query', 'fork', 'delete'];
}

/** Whether an action of many does something to a run of that status. */
export function isFor(action: BulkAction, status: string): boolean {
  if (action === 'retry') return status === 'failed';
  return (action === 'delete') !== isOpen(status);
}

export interface Facts {
  readonly run: ShownRun;
  readonly events: readonly EventAnswer[];
  readonly now: Date;
  readonly timeZone: string;
  /** Of a fork: the step before which it begins, by its step id. */
  readonly before?: string;
  /** Of a signal: its name. */
  readonly name?: string;
}

export function whatHappens(action: Action, facts: Facts): readonly string[] {
  switch (action) {
    case 'cancel':
      return ofCancel(facts);
    case 'terminate':
      return [
        'The run ends at once: no more of its code runs, not even its finally blocks.',
        'With its steps undone, the undos of completed steps run first; a blocked run then waits for code that can follow.',
      ];
    case 'pause':
      return [
        'The run does nothing new until it is resumed. Steps that are under way come to their end.',
        'Signals and updates are accepted, and wait. Its timers are due all the same: what came meanwhile reaches it when it is resumed.',
      ];
    case 'resume':
      return ['The run goes on: what came meanwhile reaches it now.'];
    case 'retry':
      return ofRetry(facts);
    case 'fork':
      return ofFork(facts);
    case 'signal':
      return ofSignal(facts);
    case 'update':
      return [
        'The run carries it out as a task of its own, once; its validator may refuse it. The answer is shown here.',
      ];
    case 'query':
      return ['The run is replayed to answer, as of its last record. Nothing is written, and the run does not notice.'];
    case 'delete':
      return ['The run goes now, with its journal, its input and its result. That cannot be taken back.'];
  }
}

function ofCancel({ run, now, timeZone }: Facts): readonly string[] {
  if (run.status === 'blocked')
    return ['The run is blocked: its code hears of it when it can follow again. Terminate ends it now.'];
  if (run.status === 'pending') return ['The run has not begun: it is cancelled at its first turn.'];
  const waits = run.waitsFor === undefined ? [] : explainWaits(run.waitsFor, { now, timeZone });
  return ['Its code gets a CancelledError where it waits. It may clean up, and it may go on.', ...waits];
}

function ofRetry({ events, run }: Facts): readonly string[] {
  const failed = events.findLast(({ kind }) => kind === 'step-failed');
  const kept = 'What was recorded before is not done again.';
  if (run.status !== 'failed') return ['The run has not failed: the engine refuses it.'];
  if (failed === undefined) return [`No step has failed, so the engine may refuse it. ${kept}`];
  const { stepId, name, error } = failed;
  // The error of a step says which step it was: here it is said before.
  const { message: whole, cause } = (error ?? {}) as { readonly message?: unknown; readonly cause?: unknown };
  const message = (cause as { readonly message?: unknown } | undefined)?.message ?? whole;
  return [
    `It goes on from step "${stepId ?? name ?? '?'}"${typeof message === 'string' ? `, which failed with: ${message}` : ''}.`,
    kept,
  ];
}

function ofFork({ events, before }: Facts): readonly string[] {
  const at = events.findIndex(({ kind, stepId }) => kind === 'step' && stepId === before);
  if (before === undefined || before === '') return ['Choose the step before which the new run goes on by itself.'];
  if (at === -1) return [`There is no step "${before}" in this history.`];
  const completed = events.slice(0, at).filter(({ kind }) => kind === 'step-completed').length;
  return [
    `A new run is started. It has the events of this one up to event ${at}, ${completed} completed ${completed === 1 ? 'step' : 'steps'} among them, and does "${before}" itself, and all that comes after.`,
    'This run stays as it is.',
  ];
}

function ofSignal({ run, name }: Facts): readonly string[] {
  const once = 'It is accepted or refused at once, and the run gets it exactly once.';
  if (name === undefined || name === '') return [once];
  const isAwaited = awaitedSignals(run.waitsFor).has(name);
  return [
    once,
    isAwaited ? 'The run waits for it now.' : 'The run does not wait for it now: it is kept until the run receives it.',
  ];
}

/** Signals that the run waits for. */
export function awaitedSignals(value: unknown, names = new Set<string>()): ReadonlySet<string> {
  if (typeof value !== 'object' || value === null) return names;
  const { kind, name } = value as { readonly kind?: unknown; readonly name?: unknown };
  if (kind === 'signal' && typeof name === 'string') names.add(name);
  for (const each of Object.values(value)) awaitedSignals(each, names);
  return names;
}

/** The steps of a history, once each, for a fork. */
export function stepIdsOf(events: readonly EventAnswer[]): readonly string[] {
  return events.flatMap(({ kind, stepId }) => (kind === 'step' && stepId !== undefined ? [stepId] : []));
}
