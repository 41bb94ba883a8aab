/** What happened in a run, in words: a sentence for each event of a history. */
import type { EventAnswer } from '../engine/answers.ts';
import { describeErrorBriefly, describeStepError } from './describe-error.ts';
import { absolute, took } from './times.ts';

/** How an event is seen: what a person looks for first. */
export type Mood = 'good' | 'bad' | 'plain' | 'quiet';

export interface Sentence {
  readonly text: string;
  readonly mood: Mood;
}

export function describeEvent(event: EventAnswer, nowMs: number): Sentence {
  const describe = SENTENCES[event.kind];
  return describe === undefined ? { text: event.kind, mood: 'plain' } : describe(event, nowMs);
}

type Describe = (event: EventAnswer, nowMs: number) => Sentence;

const SENTENCES: Readonly<Record<string, Describe>> = {
  started: ({ version }) => plain(version === undefined ? 'began' : `began, with the code of version ${version}`),
  step: (event) => quiet(`${thing(event)} began`),
  'step-completed': (event) => good(`${thing(event)} completed${tries(event)}${lasted(event)}${value(event)}`),
  'step-retrying': (event, nowMs) =>
    bad(
      `${thing(event)} failed in attempt ${event.attempt ?? '?'}: ${error(event)}; the next one is at ${time(event.retryAt, nowMs)}`,
    ),
  'step-failed': (event) => bad(`${thing(event)} failed for good${tries(event)}${lasted(event)}: ${stepError(event)}`),
  'step-interrupted': (event) => bad(`${thing(event)} was interrupted: its worker was lost, or out of time`),
  'step-heartbeat': (event) => quiet(`${thing(event)} reported progress${value(event)}`),
  write: (event) => quiet(`wrote ${values(event)} to stream "${event.name ?? '?'}"`),
  'stream-written': (event) => quiet(`${values(event)} came to stream "${event.name ?? '?'}"`),
  'steps-begun': () => quiet('steps began, in a worker that runs nothing else'),
  sleep: (event, nowMs) =>
    quiet(
      event.name === undefined || event.name === 'sleep'
        ? `sleeps until ${time(event.dueAt, nowMs)}`
        : `${event.name} is set to ${time(event.dueAt, nowMs)}`,
    ),
  'sleep-completed': ({ name, ...event }) =>
    plain(name === undefined || name === 'sleep' ? `woke up${lasted(event)}` : `the time of ${name} was up`),
  receive: ({ name }) => quiet(`waits for signal "${name ?? '?'}"`),
  'signal-received': (event) => good(`signal "${event.name ?? '?'}" came${value(event)}${unread(event)}`),
  'update-received': (event) => good(`update "${event.name ?? '?'}" came${value(event)}${unread(event)}`),
  callback: ({ name, dueAt }, nowMs) =>
    quiet(`waits for callback "${name ?? '?'}"${dueAt === undefined ? '' : `, until ${time(dueAt, nowMs)}`}`),
  'callback-completed': (event) =>
    good(`callback "${event.name ?? '?'}" was completed${lasted(event)}${value(event)}${unread(event)}`),
  'callback-failed': (event) => bad(`callback "${event.name ?? '?'}" failed: ${error(event)}${unread(event)}`),
  'callback-heartbeat': (event) => quiet(`callback "${event.name ?? '?'}" is being worked on${value(event)}`),
  'run-ended': (event) => {
    const text = `run ${event.runId ?? '?'}${event.name === undefined ? '' : ` of ${event.name}`} ${event.status ?? 'ended'}`;
    return event.status === 'completed'
      ? good(`${text}${value(event)}`)
      : bad(`${text}${event.error === undefined ? '' : `: ${error(event)}`}`);
  },
  'cancel-requested': ({ reason }) => bad(`was asked to cancel${because(reason)}`),
  'terminate-requested': ({ reason, undo }) =>
    bad(`was asked to terminate${undo === true ? ', with its steps undone' : ''}${because(reason)}`),
  'deadline-passed': ({ reason }) => bad(`its time was up${because(reason)}`),
  'limit-reached': ({ name, reason }) => bad(`reached the limit ${name ?? ''}${because(reason)}`),
  continued: (event) => good(`continued as new${value(event)}`),
  patched: ({ name }) => quiet(`took the patch "${name ?? '?'}"`),
  'taken-over': () => bad('another worker took over: the one before was lost, or too slow'),
  'taken-alone': () => quiet('a worker took it that runs nothing else'),
  dropped: () => quiet('what came before is not kept: the run goes on from a snapshot'),
  'message-waiting': ({ name, becomes, ...event }) =>
    plain(`${waiting(becomes, name)} is accepted, and not taken yet${value(event)}`),
  completed: (event) => good(`completed${lasted(event)}${value(event)}`),
  failed: (event) => bad(`failed${lasted(event)}${event.error === undefined ? '' : `: ${error(event)}`}`),
  cancelled: (event) => bad(`was cancelled${because(event.reason)}`),
  terminated: (event) => bad(`was terminated${because(event.reason)}`),
};

/** A step, or what the engine does in one: to another run, or by another function. */
function thing({ name, key, operation, id }: EventAnswer): string {
  if (operation === undefined) return `step "${name ?? `#${id ?? '?'}`}"${key === undefined ? '' : ` (${key})`}`;
  const run = operation.runId ?? '';
  switch (operation.kind) {
    case 'start-child':
      return `child ${run === '' ? `"${name ?? '?'}"` : run}`;
    case 'start-run':
      return `the start of run ${run === '' ? `"${name ?? '?'}"` : run}`;
    case 'invoke':
      return `remote step "${name ?? '?'}" (${operation.functionName ?? 'a function'})`;
    default:
      return `${operation.kind} of run ${run}`;
  }
}

function values({ count }: EventAnswer): string {
  return count === 1 ? 'a value' : `${count ?? '?'} values`;
}

function waiting(becomes: string | undefined, name: string | undefined): string {
  switch (becomes) {
    case 'update-received':
      return `update "${name ?? '?'}"`;
    case 'signal-received':
    case undefined:
      return `signal "${name ?? '?'}"`;
    case 'cancel-requested':
      return 'a request to cancel';
    case 'terminate-requested':
      return 'a request to terminate';
    default:
      return `${becomes.replace(/-(completed|failed|received|requested|ended)$/, '')}${name === undefined ? '' : ` "${name}"`}`;
  }
}

function good(text: string): Sentence {
  return { text, mood: 'good' };
}

function bad(text: string): Sentence {
  return { text, mood: 'bad' };
}

function plain(text: string): Sentence {
  return { text, mood: 'plain' };
}

function quiet(text: string): Sentence {
  return { text, mood: 'quiet' };
}

function tries({ attempt }: EventAnswer): string {
  return attempt === undefined || attempt === 1 ? '' : ` in attempt ${attempt}`;
}

function lasted({ durationMs }: Pick<EventAnswer, 'durationMs'>): string {
  return durationMs === undefined ? '' : ` after ${took(durationMs)}`;
}

function value({ value: shown, sensitive }: Pick<EventAnswer, 'value' | 'sensitive'>): string {
  if (sensitive === true) return ': (sensitive)';
  return shown === undefined || shown === null ? '' : `: ${JSON.stringify(shown)}`;
}

function error({ error: thrown, sensitive }: EventAnswer): string {
  return sensitive === true ? '(sensitive)' : describeErrorBriefly(thrown);
}

function stepError(event: EventAnswer): string {
  return event.sensitive === true ? '(sensitive)' : describeStepError(event.error);
}

function unread({ unread: isUnread }: EventAnswer): string {
  return isUnread === true ? ', when no code took it any more' : '';
}

function because(reason: string | undefined): string {
  return reason === undefined || reason === '' ? '' : `: ${reason}`;
}

function time(at: string | undefined, nowMs: number): string {
  return at === undefined ? 'a later time' : absolute(Date.parse(at), nowMs);
}
