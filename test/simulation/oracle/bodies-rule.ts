/**
 * A body begins only for a step that is durable and has no result yet (I3), and gives what is recorded (I5). That of a
 * readOnly step may begin before, by a worker that has not taken over.
 */
import { decode } from '../../../lib/codec/decode.ts';
import { definitionOf } from '../../../lib/core/workflow.ts';
import { toIdempotencyKey } from '../../../lib/engine/run-seed.ts';
import {
  isRecordedCommand,
  type JournalEntry,
  type StepFailed,
  type StepRequested,
} from '../../../lib/journal/event.ts';
import { workflows } from '../workloads/all-workloads.ts';
import type { BegunBody, BodyBook } from '../world/body-book.ts';
import type { RunLedger } from './run-ledger.ts';
import type { Rule, Violate } from './rule.ts';

export const bodiesRule: Rule = {
  name: 'effects begin after their record, and give what is recorded',
  onBody(body, run, violate, { plan, bodies }, process) {
    const id = Number(body.stepId.slice(body.stepId.lastIndexOf('#') + 1));
    const { clockErrorMs, incidents, settings } = plan.weather;
    const clocksAreRight = clockErrorMs === 0 && !incidents.some(({ kind }) => kind === 'clocks-jump');
    // Whose clock is behind does not know that the run has continued as new.
    if (!clocksAreRight && run.isPlain && body.key !== keyOf(run, id) && isOfLinkBefore(body, id, run)) return;
    const [taken, current] = [run.epochOf.get(process.name), run.item?.epoch];
    const command = run.commands.get(id);
    // A worker that was taken over does not know that another one has asked for something else there.
    const isOther = taken !== current && command?.name !== body.name;
    const isEarly = body.isReadOnly && (command === undefined || isOther);
    if (isEarly && run.takeoversAt.has(taken ?? 0)) {
      violate(`${body.by} took over, and began the body of "${body.name}" (#${id}) before its record`);
    }
    if (isEarly && run.entries.length === 0 && clocksAreRight) {
      violate(`${body.by} began the body of "${body.name}" (#${id}) before the first record`);
    }
    if (isEarly) return;
    if (command?.kind !== 'step' || command.name !== body.name) {
      violate(`${body.by} began the body of "${body.name}" (#${id}), and the journal has no such step`);
      return;
    }
    const wrongKey = run.isPlain ? body.key !== keyOf(run, id) : hasWrongKey(body, run, bodies);
    if (wrongKey) violate(`${body.by} began "${body.name}" (#${id}) under the key ${body.key}`);
    if (body.isAtMostOnce && bodies.ofKey(body.key).some((other) => other !== body)) {
      violate(`"${body.name}" is to begin at most once, and ${body.by} began it again`);
    }
    // Whose clock is behind does not know that it was taken over.
    if (taken === current) checkAttempt(body, id, run, violate);
    if (taken === current && run.stands.hasEnded(id))
      violate(`${body.by} began "${body.name}" again, whose result stands`);
    if (taken !== current && clocksAreRight) {
      violate(`${body.by} began the body of "${body.name}" with a lease of epoch ${taken}, not ${current}`);
    }
    const lateMs = body.atMs - (run.item?.lease?.expiresAtMs ?? Infinity);
    if (clocksAreRight && lateMs > 1) {
      violate(`${body.by} began the body of "${body.name}" ${Math.round(lateMs)} ms after the end of its lease`);
    }
    const most = settings.maxStepsInFlight ?? 500;
    const inFlight = bodies.underWay(body.runId, body.by);
    if (inFlight > most * 2 + 2)
      violate(`${inFlight} bodies of one run are under way in one worker, the limit is ${most}`);
  },
  atEnd(run, violate, { bodies }) {
    const bodiesOf = (id: number): readonly BegunBody[] =>
      run.isPlain ? bodies.ofKey(keyOf(run, id)) : bodies.ofRun(run.runId).filter((body) => numberOf(body) === id);
    for (const entry of ownEntries(run)) {
      const isOfNoBody = entry.kind === 'step-failed' && bodiesOf(entry.id).length === 0;
      if (isOfNoBody && isInterrupted(entry) && !mayHaveBegun(run, entry.id)) {
        violate(`step #${entry.id} has failed as interrupted, and no body of it ever began`);
      }
      if (entry.kind !== 'step-completed' && entry.kind !== 'step-retrying') continue;
      const command = run.commandOf(entry);
      if (command?.kind === 'step' && hasNoBody(command, run)) continue;
      const begun = bodiesOf(entry.id);
      if (entry.kind === 'step-completed' && !begun.some(({ end }) => end?.kind === 'gave')) {
        violate(`step #${entry.id} is recorded as completed, and no body of it came to its end`);
      }
      if (entry.kind === 'step-retrying' && begun.length < entry.attempt) {
        violate(`step #${entry.id} has ${entry.attempt} failed attempts recorded, and ${begun.length} bodies began`);
      }
    }
  },
};

/** The engine does it, or an entity records what one of its handlers has done. */
function hasNoBody({ operation, name }: StepRequested, { created }: RunLedger): boolean {
  const called = workflows.get(created?.workflow ?? '');
  const handlers = called === undefined ? [] : (definitionOf(called).entity?.handlers ?? []);
  return operation !== undefined || handlers.includes(name);
}

/** What a fork has copied was begun by the other run. */
function ownEntries({ entries, created, stands }: RunLedger): readonly JournalEntry[] {
  if (created?.goesOnFrom?.kind !== 'fork') return entries;
  if (!stands.isForked) return [];
  const forked = entries.findIndex(({ kind }) => kind === 'forked');
  const until = entries.slice(0, forked).filter((entry) => entry.kind === 'step-completed');
  // Results that came meanwhile are recorded again behind it.
  return entries.slice(forked).filter((entry) => {
    return entry.kind !== 'step-completed' || !until.some((other) => 'id' in other && other.id === entry.id);
  });
}

function numberOf({ stepId }: BegunBody): number {
  return Number(stepId.slice(stepId.lastIndexOf('#') + 1));
}

/** The same step at its place keeps its key, whatever is tried again; another step has another one. So have those of other links. */
function hasWrongKey(body: BegunBody, run: RunLedger, bodies: BodyBook): boolean {
  const id = numberOf(body);
  const before = bodies.ofRun(body.runId).filter((other) => numberOf(other) === id && !isOfLinkBefore(other, id, run));
  const isSame = (other: BegunBody): boolean => other.name === body.name && other.key === body.key;
  // What began before its record may have been another step.
  const isOther = (other: BegunBody): boolean => other.isReadOnly || body.isReadOnly;
  return before.some(
    (other) => !isOther(other) && (other.name === body.name) !== (other.key === body.key) && !isSame(other),
  );
}

/** All attempts share it, on whichever worker: it follows from what the journal begins with. */
function keyOf({ runId, entries: [started] }: RunLedger, id: number): string {
  return toIdempotencyKey(runId, started?.kind === 'started' ? started.seed : undefined, id);
}

function isOfLinkBefore({ key, name }: BegunBody, id: number, { runId, linksBefore }: RunLedger): boolean {
  return linksBefore.some(({ records, commands }) => {
    const [started] = records[0]?.entries ?? [];
    const seed = started?.kind === 'started' ? started.seed : undefined;
    const command = commands.get(id);
    return command?.kind === 'step' && command.name === name && key === toIdempotencyKey(runId, seed, id);
  });
}

/** A worker was lost that had recorded that it was about to begin the body; or that records no such thing: it was not alone. */
function mayHaveBegun({ records }: RunLedger, id: number): boolean {
  const asked = records.findIndex(({ entries }) =>
    entries.some((entry) => isRecordedCommand(entry) && entry.id === id),
  );
  return records.slice(asked).some(({ epoch, entries }) => {
    const wasAlone = records.some((other) => other.epoch === epoch - 1 && other.entries.some(isTakenAlone));
    const isAnnounced = entries.some((entry) => entry.kind === 'steps-begun' && entry.ids.includes(id));
    return isAnnounced || (entries.some(({ kind }) => kind === 'taken-over') && !wasAlone);
  });
}

function isTakenAlone({ kind }: JournalEntry): boolean {
  return kind === 'taken-alone';
}

function isInterrupted({ error }: StepFailed): boolean {
  return JSON.stringify(error).includes('"STEP_INTERRUPTED"');
}

/** What a body is told of the attempts before it is what the journal says of them. */
function checkAttempt({ attempt, lastHeartbeat, name }: BegunBody, id: number, run: RunLedger, violate: Violate): void {
  const { takeovers } = run;
  const failed = run.failedAttempts.get(id) ?? 0;
  if (attempt <= failed || attempt > failed + takeovers + 1) {
    violate(`"${name}" is told of attempt ${attempt}, after ${failed} that failed and ${takeovers} takeovers`);
  }
  const beat = run.heartbeats.get(id);
  const expected = beat === undefined ? undefined : decode(beat.details);
  if (JSON.stringify(expected) !== JSON.stringify(lastHeartbeat)) {
    violate(`"${name}" is told of the heartbeat ${JSON.stringify(lastHeartbeat)}, not ${JSON.stringify(expected)}`);
  }
}
