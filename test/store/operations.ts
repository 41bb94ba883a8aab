/** Random histories of a few runs: any order of any operations of the store, sensible or not. */
import fc from 'fast-check';
import type { Encoded } from '../../lib/core/encoded.ts';
import type { RunStatus } from '../../lib/core/run-status.ts';
import type { FirstTurn } from '../../lib/ports/first-turn.ts';
import type { ReleaseLease, Store } from '../../lib/ports/store.ts';
import {
  content,
  dueAtMs,
  epoch,
  key,
  messageId,
  messageIds,
  nowMs,
  owner,
  run,
  stored,
  tail,
  wakesSeen,
} from './given.ts';
import { LEASE_MS, INBOX_LIMIT, START_MS, encoded, journalRecord, signal } from './samples.ts';

/** One call of the store. `about` is shown when a history fails. */
export interface Operation {
  readonly about: string;
  /** Ids and names begin with `prefix`, so that histories do not meet in one table. Gives the answer. */
  perform(store: Store, prefix: string): Promise<unknown>;
}

const RUNS = ['a', 'b'];
const WORKFLOWS = ['ship', 'bill'];
const STATUSES: RunStatus[] = ['pending', 'running', 'suspended', 'blocked', 'completed', 'failed'];

function operation<T>(
  name: string,
  given: { [K in keyof T]: fc.Arbitrary<T[K]> },
  perform: (store: Store, given: T, prefix: string) => Promise<unknown>,
): fc.Arbitrary<Operation> {
  return fc.record(given).map((args) => ({
    about: `${name} ${JSON.stringify(args)}`,
    perform: (store, prefix) => perform(store, args, prefix),
  }));
}

const creation = operation(
  'createRun',
  { run, workflow: fc.constantFrom(...WORKFLOWS), input: stored, dueAtMs, isFar: fc.boolean() },
  (store, given, prefix) =>
    store.createRun({
      runId: prefix + given.run,
      workflow: prefix + given.workflow,
      // Runs of one millisecond may be listed in any order.
      createdAtMs: START_MS + RUNS.indexOf(given.run),
      input: given.input,
      inputDigest: 'digest',
      dueAtMs: given.dueAtMs ?? 0,
      ...(given.isFar ? { needsWake: true } : {}),
    }),
);

const beginning = operation(
  'createRun',
  {
    run,
    workflow: fc.constantFrom(...WORKFLOWS),
    owner,
    dueAtMs,
    how: fc.constantFrom('goes-on', 'rests', 'has-ended'),
  },
  (store, { run, workflow, owner, dueAtMs, how }, prefix) => {
    const lease = { owner, expiresAtMs: START_MS + LEASE_MS };
    const end = { status: 'failed', result: { kind: 'inline', value: encoded('no') }, endedAtMs: START_MS } as const;
    const then: FirstTurn['then'] =
      how === 'goes-on'
        ? { kind: how, lease }
        : how === 'rests'
          ? { kind: how, dueAtMs }
          : { kind: 'has-ended', ...end, purgeAtMs: dueAtMs };
    return store.createRun({
      runId: prefix + run,
      workflow: prefix + workflow,
      createdAtMs: START_MS + RUNS.indexOf(run),
      input: { kind: 'inline', value: encoded(1) },
      inputDigest: 'digest',
      dueAtMs: 0,
      firstTurn: { nonce: owner, entries: journalRecord(1).entries, then },
    });
  },
);

const link = fc.constantFrom(undefined, 1, 2);

const pin = fc.constantFrom(undefined, undefined, undefined, '1', '2');

const take = operation(
  'take',
  { run, owner, nowMs, pin, gone: pin, paused: fc.option(fc.subarray(WORKFLOWS), { nil: undefined }) },
  (store, { run, owner, nowMs, pin, gone, paused }, prefix) =>
    store.take(prefix + run, {
      lease: { owner, expiresAtMs: nowMs + LEASE_MS },
      ...{ nowMs, dueByMs: nowMs + 10 },
      ...(pin === undefined ? {} : { pin }),
      ...(gone === undefined ? {} : { gone }),
      ...(paused === undefined ? {} : { paused: paused.map((workflow) => prefix + workflow) }),
    }),
);

const accept = operation(
  'accept',
  { run, messageId, kind: fc.constantFrom('signal', 'control', 'cancel', 'terminate'), isLetter: fc.boolean() },
  (store, { run, messageId, kind, isLetter }, prefix) =>
    store.accept(prefix + run, messageId, INBOX_LIMIT, kind, isLetter ? signal(messageId) : undefined),
);

const pausing = operation('pauseRun', { run, wakesSeen, pausedAtMs: nowMs }, (store, { run, ...pause }, prefix) =>
  store.pauseRun(prefix + run, pause),
);

const resuming = operation('resumeRun', { run, wakesSeen }, (store, { run, ...resume }, prefix) =>
  store.resumeRun(prefix + run, resume),
);

const WORKFLOW_OF = fc.constantFrom(...WORKFLOWS);

const holding = operation('holdRun', { run, workflow: WORKFLOW_OF, nowMs }, (store, given, prefix) =>
  store.holdRun(prefix + given.run, {
    ...{ workflow: prefix + given.workflow, nowMs: given.nowMs, dueByMs: given.nowMs },
  }),
);

const puttingBack = operation('putRunBack', { run, workflow: WORKFLOW_OF }, (store, { run, workflow }, prefix) =>
  store.putRunBack(prefix + run, prefix + workflow),
);

/** A turn knows whether its run is paused: its release is refused if that has changed since. */
async function asItIsPaused(store: Store, runId: string): Promise<{ readonly isPaused?: true }> {
  const run = await store.readRun(runId);
  return run?.pausedAtMs === undefined ? {} : { isPaused: true };
}

async function lettersSeenIn(store: Store, runId: string): Promise<Pick<ReleaseLease, 'lettersSeen'>> {
  return { lettersSeen: (await store.readRun(runId))?.letters?.map(({ id }) => id) };
}

const BLOCKED = {
  reason: 'both sides',
  sinceMs: START_MS,
  code: 'NONDETERMINISM',
  sides: { recorded: '#1 step "a"', requested: 'asks for #1 step "b"' },
  version: '7',
};

const release = operation(
  'release',
  { run, epoch, wakesSeen, dueAtMs, inboxIds: messageIds, isHeld: fc.boolean(), isFar: fc.boolean(), tail },
  async (store, { run, isHeld, isFar, inboxIds, tail, ...given }, prefix) =>
    store.release(prefix + run, {
      ...given,
      ...tail,
      ...(await asItIsPaused(store, prefix + run)),
      ...(await lettersSeenIn(store, prefix + run)),
      ...(isFar ? { needsWake: true } : {}),
      ...(isHeld ? { status: 'blocked', inboxIds, blocked: BLOCKED } : { status: 'suspended', inboxIds: [] }),
    }),
);

const finish = operation(
  'finish',
  {
    ...{ run, epoch, wakesSeen, result: stored, purgeAtMs: dueAtMs, status: fc.constantFrom('completed', 'failed') },
    afterEnd: fc.constantFrom(undefined, { afterEnd: 'tell' }, { afterEnd: 'emit' }),
    tail,
  },
  (store, { run, afterEnd, tail, ...given }, prefix) =>
    store.finish(prefix + run, { ...given, endedAtMs: START_MS, ...afterEnd, ...tail }),
);

const settling = operation(
  'settleEnd',
  { run, purgeAtMs: dueAtMs, emitAtMs: dueAtMs },
  (store, { run, purgeAtMs, emitAtMs }, prefix) =>
    store.settleEnd(prefix + run, {
      ...{ endedAtMs: START_MS, purgeAtMs },
      ...(emitAtMs === undefined ? {} : { emitAtMs }),
    }),
);

const continuing = operation(
  'continueRun',
  { run, epoch, wakesSeen, input: stored, inboxIds: messageIds, deadlineAtMs: dueAtMs, link: fc.constantFrom(2, 3) },
  async (store, { run, ...next }, prefix) =>
    store.continueRun(prefix + run, {
      ...next,
      ...(await asItIsPaused(store, prefix + run)),
      ...(await lettersSeenIn(store, prefix + run)),
    }),
);

const retrying = operation(
  'retryRun',
  { run, epoch, purgeAtMs: dueAtMs, keeps: fc.constantFrom(1, 2), deadlineAtMs: dueAtMs },
  (store, { run, epoch, purgeAtMs, keeps, deadlineAtMs }, prefix) =>
    store.retryRun(prefix + run, {
      ...{ epoch, purgeAtMs, retries: 1 },
      goesOnFrom: {
        kind: 'retry',
        number: 1,
        keeps,
        reason: 'no',
        ...(deadlineAtMs === undefined ? {} : { deadlineAtMs }),
      },
    }),
);

const renew = operation('renew', { run, epoch, nowMs }, (store, { run, epoch, nowMs }, prefix) =>
  store.renew(prefix + run, { epoch, expiresAtMs: nowMs + LEASE_MS }),
);

const reads = fc.oneof(
  operation('readRun', { run }, (store, { run }, prefix) => store.readRun(prefix + run)),
  operation('loadMessages', { run, messageIds }, (store, { run, messageIds }, prefix) =>
    store.loadMessages(prefix + run, messageIds),
  ),
  operation('readStream', { run, from: fc.integer({ min: 1, max: 4 }) }, (store, { run, from }, prefix) =>
    store.readStream(prefix + run, 's', from),
  ),
  operation('loadRecords', { run, after: fc.nat({ max: 3 }), link }, (store, { run, after, link }, prefix) =>
    store.loadRecords(prefix + run, after, undefined, link),
  ),
  operation('readValue', { run }, (store, { run }, prefix) => store.readValue(prefix + run, 'large')),
  operation('listDue', { nowMs }, async (store, { nowMs }, prefix) => {
    const due = [];
    for await (const page of store.listDue(nowMs)) due.push(...page.filter((runId) => runId.startsWith(prefix)));
    return due.sort();
  }),
  operation('listHeld', { workflow: fc.constantFrom(...WORKFLOWS) }, async (store, { workflow }, prefix) => {
    const held = [];
    for await (const page of store.listHeld(prefix + workflow)) held.push(...page);
    return held.sort();
  }),
  operation(
    'listRuns',
    {
      workflows: fc.subarray(WORKFLOWS, { minLength: 1 }),
      statuses: fc.option(fc.subarray(STATUSES), { nil: undefined }),
      limit: fc.integer({ min: 1, max: 3 }),
    },
    async (store, { workflows, statuses, limit }, prefix) => {
      const names = workflows.map((workflow) => prefix + workflow);
      // Where a page is cut may differ.
      const { runs } = await store.listRuns({ workflows: names, limit, ...(statuses ? { statuses } : {}) });
      return runs;
    },
  ),
);

const writes = fc.oneof(
  operation('putMessage', { run, messageId, content }, (store, { run, messageId, content }, prefix) =>
    store.putMessage(prefix + run, signal(messageId, content)),
  ),
  operation('deleteMessages', { run, messageIds }, (store, { run, messageIds }, prefix) =>
    store.deleteMessages(prefix + run, messageIds),
  ),
  operation('putMessage with a key', { run, key, content }, (store, { run, key, content }, prefix) =>
    store.putMessage(prefix + run, { ...signal(`key-${key}`, content), digest: JSON.stringify(content) }),
  ),
  operation('deleteMessages, and keep digests', { run, key }, (store, { run, key }, prefix) =>
    store.deleteMessages(prefix + run, [`key-${key}`, 'm1'], { keepDigests: true }),
  ),
  operation(
    'putRecord',
    { run, epoch, owner, number: fc.integer({ min: 1, max: 4 }), writes: fc.boolean() },
    (store, given, prefix) =>
      store.putRecord(
        prefix + given.run,
        journalRecord(given.number, { epoch: given.epoch, nonce: given.owner }),
        1,
        given.writes ? [{ name: 's', from: given.number, values: [given.owner as unknown as Encoded] }] : [],
      ),
  ),
  operation('putValue', { run, content }, (store, { run, content }, prefix) =>
    store.putValue(prefix + run, 'large', content),
  ),
  operation('deleteValue', { run }, (store, { run }, prefix) => store.deleteValue(prefix + run, 'large')),
  operation('purge', { run, nowMs }, (store, { run, nowMs }, prefix) => store.purge(prefix + run, nowMs)),
);

/**
 * What a worker that knows its run would do next, so that long histories get somewhere: random numbers alone seldom
 * hit the epoch and the wakes.
 */
const honest = operation(
  'honest',
  {
    run,
    what: fc.constantFrom(
      'take',
      'take',
      'renew',
      'release',
      'release',
      'finish',
      'finish',
      'fail',
      'retry',
      'pause',
      'resume',
      'hold',
      'put back',
      'continue',
      'record',
      'late record',
    ),
    owner,
    dueAtMs,
  },
  async (store, { run, what, owner, dueAtMs }, prefix) => {
    const runId = prefix + run;
    const now = await store.readRun(runId);
    if (!now) return 'nothing to do';
    const { epoch, wakes: wakesSeen, pausedAtMs } = now;
    const paused = pausedAtMs === undefined ? {} : { isPaused: true as const };
    switch (what) {
      case 'take': {
        const nowMs = Math.max(now.lease?.expiresAtMs ?? START_MS, now.dueAtMs ?? START_MS);
        return store.take(runId, { lease: { owner, expiresAtMs: nowMs + LEASE_MS }, nowMs, dueByMs: nowMs });
      }
      case 'renew':
        if (now.endedAtMs !== undefined) return store.deleteRun(runId, START_MS); // there is nothing to renew
        return store.renew(runId, { epoch, expiresAtMs: START_MS + 2 * LEASE_MS });
      case 'release':
        return store.release(runId, { epoch, wakesSeen, status: 'suspended', dueAtMs, inboxIds: [], ...paused });
      case 'finish': {
        const result = { kind: 'inline', value: encoded('ok') } as const;
        const end = { status: 'completed', result, endedAtMs: START_MS, purgeAtMs: dueAtMs } as const;
        return store.finish(runId, { epoch, wakesSeen, ...end });
      }
      case 'fail': {
        const result = { kind: 'inline', value: encoded('no') } as const;
        const end = { status: 'failed', result, endedAtMs: START_MS, purgeAtMs: dueAtMs } as const;
        return store.finish(runId, { epoch, wakesSeen, ...end });
      }
      case 'pause':
        return store.pauseRun(runId, { wakesSeen, pausedAtMs: START_MS + 1 });
      case 'resume':
        return store.resumeRun(runId, { wakesSeen });
      case 'hold': {
        const nowMs = Math.max(now.lease?.expiresAtMs ?? START_MS, now.dueAtMs ?? START_MS);
        return store.holdRun(runId, { workflow: now.workflow, nowMs, dueByMs: nowMs });
      }
      case 'put back':
        return store.putRunBack(runId, now.workflow);
      case 'retry': {
        const goesOnFrom = { kind: 'retry', number: 1, keeps: 1, reason: 'no' } as const;
        return store.retryRun(runId, { epoch, purgeAtMs: now.dueAtMs, retries: (now.retries ?? 0) + 1, goesOnFrom });
      }
      case 'continue': {
        const input = { kind: 'inline', value: encoded('next') } as const;
        const next = { link: (now.link ?? 1) + 1, input, inboxIds: now.inboxIds, deadlineAtMs: dueAtMs };
        const seen = await lettersSeenIn(store, runId);
        return store.continueRun(runId, { epoch, wakesSeen, ...next, ...paused, ...seen });
      }
      // A worker that is late writes where another has written already.
      case 'record':
      case 'late record': {
        const written = (await store.loadRecords(runId, 0, undefined, now.link)).length;
        const number = what === 'record' ? written + 1 : Math.max(written, 1);
        return store.putRecord(runId, journalRecord(number, { epoch, nonce: now.lease?.owner ?? 'nobody' }), now.link);
      }
    }
  },
);

const operations = fc.oneof(
  { weight: 2, arbitrary: creation },
  { weight: 1, arbitrary: beginning },
  { weight: 3, arbitrary: take },
  { weight: 6, arbitrary: accept },
  { weight: 9, arbitrary: honest },
  { weight: 2, arbitrary: release },
  { weight: 2, arbitrary: finish },
  { weight: 2, arbitrary: settling },
  { weight: 2, arbitrary: continuing },
  { weight: 2, arbitrary: retrying },
  { weight: 1, arbitrary: pausing },
  { weight: 1, arbitrary: resuming },
  { weight: 1, arbitrary: holding },
  { weight: 1, arbitrary: puttingBack },
  { weight: 1, arbitrary: renew },
  { weight: 3, arbitrary: reads },
  { weight: 3, arbitrary: writes },
);

/** Most of them with a run from the start. */
export const histories: fc.Arbitrary<Operation[]> = fc
  .tuple(
    fc.oneof({ weight: 6, arbitrary: creation }, { weight: 1, arbitrary: beginning }),
    fc.array(operations, { minLength: 1, maxLength: 40, size: 'max' }),
  )
  .map(([first, others]) => [first, ...others]);
