/** What a run had asked for at an event of its history, and what had come of it by then. */
import type { EventAnswer } from '../data/answers.ts';

export interface CommandState {
  /** Of the command, as its events have it. */
  readonly id: number;
  readonly kind: string;
  readonly name: string;
  readonly state: 'open' | 'done' | 'failed';
  /** When it was asked for. */
  readonly since: string | undefined;
  /** Of a step: which attempt is made, or comes next. */
  readonly attempt: number;
  readonly retryAt: string | undefined;
  readonly dueAt: string | undefined;
  /** The event has begun or changed it. */
  readonly isChanged: boolean;
}

export interface HistoryState {
  /** Those that were open then, and the one that the event has ended. */
  readonly commands: readonly CommandState[];
  readonly doneCount: number;
  readonly failedCount: number;
}

export function stateAt(events: readonly EventAnswer[], index: number): HistoryState {
  const open = new Map<number, CommandState>();
  let ended: CommandState | undefined;
  let doneCount = 0;
  let failedCount = 0;
  for (const [at, event] of events.slice(0, index + 1).entries()) {
    ended = undefined;
    const isChanged = at === index;
    const { id } = event;
    if (id === undefined) {
      const receive = event.kind === 'signal-received' ? receiverOf(open, event.name) : undefined;
      if (receive === undefined) continue;
      open.delete(receive.id);
      doneCount += 1;
      ended = { ...receive, state: 'done', isChanged };
      continue;
    }
    const before = open.get(id);
    if (before === undefined) {
      if (BEGINNINGS.has(event.kind)) open.set(id, begun(id, event, isChanged));
      continue;
    }
    if (GOES_ON.test(event.kind)) {
      const isRetry = !event.kind.endsWith('heartbeat');
      const attempt = before.attempt + (isRetry ? 1 : 0);
      open.set(id, { ...before, attempt, retryAt: isRetry ? event.retryAt : before.retryAt, isChanged });
      continue;
    }
    open.delete(id);
    const isFailed = event.kind.endsWith('-failed');
    if (isFailed) failedCount += 1;
    else doneCount += 1;
    ended = { ...before, state: isFailed ? 'failed' : 'done', isChanged };
  }
  return { commands: [...open.values(), ...(ended === undefined ? [] : [ended])], doneCount, failedCount };
}

const BEGINNINGS: ReadonlySet<string> = new Set(['step', 'sleep', 'receive', 'callback']);
const GOES_ON = /^step-(retrying|interrupted)$|-heartbeat$/;

function begun(id: number, { kind, name, stepId, at, dueAt }: EventAnswer, isChanged: boolean): CommandState {
  return {
    id,
    kind,
    name: stepId ?? name ?? '?',
    state: 'open',
    since: at,
    attempt: 1,
    retryAt: undefined,
    dueAt,
    isChanged,
  };
}

/** The one that has waited longest. */
function receiverOf(open: ReadonlyMap<number, CommandState>, name: string | undefined): CommandState | undefined {
  return [...open.values()].find((command) => command.kind === 'receive' && command.name === name);
}
