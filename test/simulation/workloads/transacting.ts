/**
 * A run that writes to a table of its author's: transactions beside steps, some refused by a condition that others make
 * come true and untrue. What the table has and what the journal says is the same: each write once, or not at all.
 */
import { gather } from '../../../lib/api/gather.ts';
import { runInfo } from '../../../lib/api/run-info.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { transaction } from '../../../lib/api/transaction.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { Coroutine } from '../../../lib/core/awaitable.ts';
import { TransactionConditionError } from '../../../lib/core/transaction/errors.ts';
import type { RunLedger } from '../oracle/run-ledger.ts';
import type { Seen } from '../oracle/rule.ts';
import type { RunPlan } from '../plan.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

interface Visits {
  /** Of each visitor, how long each of its visits takes. */
  readonly visitors: readonly (readonly number[])[];
  readonly takesMs: number;
}

const TABLE = 'rooms';

function* enter(room: string, visit: string): Coroutine<'entered' | 'refused'> {
  try {
    return yield* transaction(`enter ${visit}`, (tx) => {
      tx.update({
        TableName: TABLE,
        Key: { id: room },
        UpdateExpression: 'SET guest = :visit',
        ConditionExpression: 'attribute_not_exists(guest)',
        ExpressionAttributeValues: { ':visit': visit },
      });
      tx.update(count(`${room} ${visit} in`));
      return 'entered';
    });
  } catch (error) {
    if (error instanceof TransactionConditionError) return 'refused';
    throw error;
  }
}

/** Refused where somebody else has the room for a moment. */
function* leave(room: string, visit: string): Coroutine<void> {
  for (;;) {
    try {
      return yield* transaction(`leave ${visit}`, (tx) => {
        tx.update({
          TableName: TABLE,
          Key: { id: room },
          UpdateExpression: 'REMOVE guest',
          ConditionExpression: 'guest = :visit',
          ExpressionAttributeValues: { ':visit': visit },
        });
        tx.update(count(`${room} ${visit} out`));
      });
    } catch (error) {
      if (!(error instanceof TransactionConditionError)) throw error;
    }
    yield* sleep('50ms');
  }
}

/** Of a request that is carried out twice there is no other trace. */
function note(room: string, visit: string) {
  return transaction(`note ${visit}`, (tx) => tx.update(count(`${room} ${visit} noted`)));
}

function count(id: string) {
  return {
    TableName: TABLE,
    Key: { id },
    UpdateExpression: 'ADD times :one',
    ExpressionAttributeValues: { ':one': 1 },
  };
}

const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '1s' } };

const transacting = workflow('transacting', { steps }, function* ({ visitors, takesMs }: Visits) {
  const room = runInfo().id;
  return yield* gather(
    visitors.map(function* (visits, visitor) {
      const came: string[] = [];
      for (const [index, ms] of visits.entries()) {
        const visit = `${visitor}/${index}`;
        came.push(yield* enter(room, visit));
        yield* note(room, visit);
        if (came.at(-1) === 'refused') yield* step('wait', (): BodyPlan => ({ takesMs, gives: null }));
        else {
          yield* sleep(ms);
          yield* leave(room, visit);
        }
      }
      return came;
    }),
  );
});

export const transactingWorkload: Workload = {
  name: 'transacting',
  weight: 1.5,
  workflows: [transacting],
  draw(dice) {
    const visitors = Array.from({ length: dice.between(1, 4) }, () =>
      Array.from({ length: dice.between(1, 6) }, () => Math.round(dice.magnitude(1, 2_000))),
    );
    const input: Visits = { visitors, takesMs: Math.round(dice.magnitude(1, 2_000)) };
    const stop = {
      do: dice.pick(['cancel', 'terminate'] as const),
      reason: 'closed',
      waitMs: Math.round(dice.magnitude(10, 20_000)),
      persists: true,
    } as const;
    return {
      workflow: transacting.name,
      input,
      startAtMs: dice.between(0, 30_000),
      callers: [[start(transacting.name, input)], ...(dice.chance(0.3) ? [[stop]] : [])],
    };
  },
  judge,
};

/** Each write of a transaction is in the table once if the journal says that it was carried out, and else not at all. */
function judge({ end, item, entries, commands, runId }: RunLedger, { input, callers }: RunPlan, { table }: Seen) {
  if (end === undefined) return `the run is left ${item?.status}`;
  if (end.status === 'failed') return `it failed, and nothing in it does: ${JSON.stringify(end.result)}`;
  if (end.status !== 'completed' && callers.length === 1) return `it is ${end.status}, and nobody stopped it`;
  const done = new Set<string>();
  for (const entry of entries) {
    if (entry.kind !== 'step-completed') continue;
    const name = commands.get(entry.id)?.name ?? '';
    if (done.has(name) && name !== 'wait') return `"${name}" was recorded twice`;
    done.add(name);
  }
  const { visitors } = input as Visits;
  for (const [visitor, visits] of visitors.entries()) {
    for (const index of visits.keys()) {
      const visit = `${visitor}/${index}`;
      for (const [name, suffix] of [
        [`enter ${visit}`, 'in'],
        [`note ${visit}`, 'noted'],
        [`leave ${visit}`, 'out'],
      ] as const) {
        const times = table.tables.read(TABLE, { id: `${runId} ${visit} ${suffix}` })?.['times'] ?? 0;
        const expected = done.has(name) ? 1 : 0;
        if (times !== expected)
          return `"${name}" was written ${JSON.stringify(times)} times, and recorded ${expected} times`;
      }
    }
  }
  return undefined;
}
