/** The workflows whose operations are counted. */
import {
  callback,
  child,
  continueAsNew,
  entity,
  gather,
  pool,
  query,
  signal,
  sleep,
  startRun,
  step,
  stepContext,
  stream,
  timeout,
  transaction,
  TransactionConditionError,
  update,
  type Workflow,
  workflow,
} from 'lull';

/** A table of the author's own. What is written there is the author's, and is not counted. */
export const OWN_TABLE = 'own';

export const word = signal<string>('word');
export const progress = query<string>('progress');
export const rename = update<string, string>('rename');

export const nothing = workflow('nothing', function* () {});
export const steps = workflow('steps', function* () {
  yield* step('one', () => 1);
});
export const threeSteps = workflow('threeSteps', function* () {
  for (const name of ['one', 'two', 'three']) yield* step(name, () => 1);
});
export const reads = workflow('reads', function* () {
  for (let index = 0; index < 5; index += 1) yield* step('look', { readOnly: true }, () => index);
});
export const sleeps = workflow('sleeps', function* () {
  yield* sleep('1 hour');
});
export const listens = workflow('listens', function* () {
  progress.handle(() => 'waiting');
  rename.handle({
    *run(name) {
      return yield* step('rename', () => name);
    },
  });
  yield* word.receive();
});
export const listensFor = workflow('listens-for', function* () {
  yield* timeout('1 hour', word.receive());
});
export const asks = workflow('asks', function* () {
  const answer = callback<string>('answer');
  yield* step('mail', () => answer.token);
  yield* answer;
});
/** Each has a pool of its own, which its first run makes. */
export const [placed, placedBeside] = ['placed', 'placed-beside'].map((name) =>
  workflow(name, { pool: pool(name, { concurrency: 1 }) }, function* (sleeps: boolean) {
    if (sleeps) yield* sleep('1 hour');
  }),
) as [Workflow<boolean, void>, Workflow<boolean, void>];

export const pooled = workflow('pooled', function* ({ name, steps: count }: { name: string; steps: number }) {
  const mailer = pool(name, { concurrency: 1 });
  yield* gather(Array.from({ length: count }, (_, index) => step(`mail ${index}`, { pool: mailer }, () => 1)));
});
export const hasChild = workflow('has-child', function* () {
  yield* child(nothing);
});
export const startsRun = workflow('starts-run', function* () {
  yield* startRun(nothing);
});
export const continues = workflow('continues', function* (again: boolean) {
  if (again) yield* continueAsNew(false);
});

export const counter = entity('counter', {
  initial: () => ({ sum: 0 }),
  handlers: { add: (state, n: number) => (state.sum += n) },
  reads: { get: (state) => state.sum },
});

export const counts = workflow('counts', function* (key: string) {
  yield* counter(key).add(1);
});
export const books = workflow('books', function* (isRefused: boolean) {
  try {
    yield* transaction('book', (tx) => {
      tx.update({
        TableName: OWN_TABLE,
        Key: { id: 'a' },
        UpdateExpression: 'ADD booked :one',
        ExpressionAttributeValues: { ':one': 1 },
        ...(isRefused ? { ConditionExpression: 'attribute_not_exists(id)' } : {}),
      });
    });
  } catch (error) {
    if (!(error instanceof TransactionConditionError)) throw error;
  }
});
const TOKENS = 1_000;
/** So many come within half a second, if all of them come within 20 seconds. */
const TOKENS_OF_A_FLUSH = 25;
export const tokens = stream<string>('tokens');
export const says = workflow('says', function* (word: string) {
  yield* tokens.write(word);
});
export const tells = workflow('tells', function* (isSlow: boolean) {
  yield* step('model', async (context) => {
    const { runId } = stepContext();
    for (let token = 1; token <= TOKENS; token += 1) {
      context.write(tokens, 'token');
      if (isSlow && token % TOKENS_OF_A_FLUSH === 0) await reader.untilWritten(runId, token);
    }
  });
});
/** Of the bench that plays. */
export const reader = {
  untilWritten: (_runId: string, _token: number): Promise<void> => Promise.reject(new Error('no bench plays')),
};

export const workflows = {
  nothing,
  counts,
  books,
  says,
  tells,
  steps,
  threeSteps,
  reads,
  sleeps,
  listens,
  listensFor,
  asks,
  hasChild,
  startsRun,
  continues,
  counter,
  pooled,
  placed,
  placedBeside,
};
