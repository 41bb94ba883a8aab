/** Writes to the author's own tables, together with the record that says so. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { checkName } from '../core/check-name.ts';
import { isPromise } from '../core/check-awaitable.ts';
import type { StepCommand } from '../core/command.ts';
import { describeValue } from '../core/describe-value.ts';
import { StepFailedError, WorkflowCodeError } from '../core/errors.ts';
import { checkTogether, toTransactionWrite, writeBytes } from '../core/transaction/check-write.ts';
import { TRANSACTION_RETRY } from '../core/transaction/retry.ts';
import { PreparedTransaction, type TransactionAction, type TransactionWrite } from '../core/transaction/write.ts';
import { type Call, lazy } from './lazy.ts';

/** What all writes of a transaction may have. */
export interface TransactionCondition {
  /** Nothing of the transaction is written where it is not met. */
  ConditionExpression?: string | undefined;
  ExpressionAttributeNames?: Record<string, string> | undefined;
  ExpressionAttributeValues?: Record<string, unknown> | undefined;
  /** `'ALL_OLD'`: what is there instead is in the `failed` of the TransactionConditionError. */
  ReturnValuesOnConditionCheckFailure?: 'ALL_OLD' | 'NONE' | undefined;
}

/** As of the AWS SDK, of its client or its document client: values with their types, `{ S: 'a' }`, or plain ones. */
export interface TransactionPut extends TransactionCondition {
  /** Its name, or its ARN. */
  TableName: string | undefined;
  Item: Record<string, unknown> | undefined;
}

/** As of the AWS SDK. */
export interface TransactionDelete extends TransactionCondition {
  TableName: string | undefined;
  Key: Record<string, unknown> | undefined;
}

/** As of the AWS SDK. */
export interface TransactionUpdate extends TransactionDelete {
  UpdateExpression: string | undefined;
}

/** As of the AWS SDK. */
export interface TransactionCheck extends TransactionDelete {
  ConditionExpression: string | undefined;
}

/** Collects what a transaction is to write. */
export interface Transaction {
  put(request: TransactionPut): void;
  update(request: TransactionUpdate): void;
  delete(request: TransactionDelete): void;
  /** Writes nothing: the transaction depends on the condition. */
  check(request: TransactionCheck): void;
}

/**
 * Writes to tables of your own and records that in the run, all in one `TransactWriteItems` of DynamoDB: both or neither,
 * whatever dies. So the writes happen exactly once, without an idempotency key, an outbox or a table of what was done.
 *
 * The function says what to write, and returns the result. It is called like the body of a step, perhaps more than once,
 * so it does nothing but decide; a promise is refused. What it throws comes out of the transaction as it is.
 *
 * A condition that is not met is a TransactionConditionError, and nothing was written. A conflict with other requests is
 * tried again, up to 12 times within about 40 seconds; then it is a TransactionConflictError. What DynamoDB refuses is a
 * TransactionRefusedError. There is room for 99 items and about 3.6 MB, an item can be written once, and the table of lull
 * itself is refused. The worker needs permission to write to the tables: `engine.grantTransactions(table)`.
 *
 * @example
 * ```ts
 * const total = yield* transaction('move money', (tx) => {
 *   const [from, to, cents] = ['a', 'b', 500];
 *   tx.update({
 *     TableName: 'accounts',
 *     Key: { id: to },
 *     UpdateExpression: 'ADD cents :cents',
 *     ExpressionAttributeValues: { ':cents': cents },
 *   });
 *   tx.put({ TableName: 'bookings', Item: { id: `${from}-${to}`, cents } });
 *   return cents;
 * });
 * total; // => 500
 * ```
 */
export function transaction<T>(name: string, collect: (tx: Transaction) => T): Awaitable<T> {
  checkName(name, 'a transaction');
  if (typeof collect !== 'function') {
    throw new WorkflowCodeError(
      'INVALID_ARGUMENT',
      `transaction "${name}" was given ${describeValue(collect)}: give a function, transaction('${name}', (tx) => ...)`,
    );
  }
  const command: StepCommand = {
    kind: 'step',
    name,
    options: { retry: TRANSACTION_RETRY },
    body: () => prepare(name, collect),
    isTransaction: true,
  };
  return lazy(`transaction("${name}")`, new TransactionCall<T>(command));
}

class TransactionCall<T> implements Call<T> {
  readonly command: StepCommand;

  constructor(command: StepCommand) {
    this.command = command;
  }

  *start(): Coroutine<T> {
    try {
      return (yield this.command) as T;
    } catch (error) {
      throw error instanceof StepFailedError && error.cause !== undefined ? error.cause : error;
    }
  }
}

function prepare<T>(name: string, collect: (tx: Transaction) => T): PreparedTransaction {
  const collected = new Collected(name);
  const result = collect(collected);
  collected.isClosed = true;
  if (isPromise(result)) {
    result.then(ignore, ignore); // it is this error that counts
    throw new WorkflowCodeError(
      'INVALID_ARGUMENT',
      `the function of transaction "${name}" returned a promise: it only says what to write. Do what takes time in a ` +
        `step before it`,
    );
  }
  return new PreparedTransaction(collected.writes, result);
}

function ignore(): void {}

class Collected implements Transaction {
  readonly writes: TransactionWrite[] = [];
  isClosed = false;
  readonly #name: string;
  #bytes = 0;

  constructor(name: string) {
    this.#name = name;
  }

  put(request: TransactionPut): void {
    this.#add('put', request);
  }

  update(request: TransactionUpdate): void {
    this.#add('update', request);
  }

  delete(request: TransactionDelete): void {
    this.#add('delete', request);
  }

  check(request: TransactionCheck): void {
    this.#add('check', request);
  }

  #add(action: TransactionAction, request: unknown): void {
    const what = `${action} #${this.writes.length} of transaction "${this.#name}"`;
    if (this.isClosed) {
      throw new WorkflowCodeError(
        'INVALID_ARGUMENT',
        `${what} came after its function had returned: nothing is written`,
      );
    }
    const write = toTransactionWrite(action, request, what);
    this.#bytes += writeBytes(write);
    checkTogether(this.writes, { next: write, bytes: this.#bytes, what });
    this.writes.push(write);
  }
}
