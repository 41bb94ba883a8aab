/** Why a transaction was not carried out: nothing of it was. */
import { setBrand } from '../brand.ts';
import { LullError } from '../errors.ts';
import type { TransactionAction } from './write.ts';

/** A write whose condition was not met. */
export interface FailedCondition {
  /** Which one, from 0, in the order in which they were asked for. */
  readonly index: number;
  readonly action: TransactionAction;
  readonly table: string;
  /** Of a put it is not known. */
  readonly key?: Readonly<Record<string, unknown>>;
  /** What is there instead, if `ReturnValuesOnConditionCheckFailure` was `'ALL_OLD'` and there is something. */
  readonly item?: Readonly<Record<string, unknown>>;
}

/**
 * A condition of a transaction was not met, so nothing of it was written. `failed` says of which writes.
 *
 * @example
 * ```ts no-run
 * import { transaction, TransactionConditionError, workflow } from 'lull';
 *
 * export const book = workflow('book', function* (seat: string) {
 *   try {
 *     return yield* transaction('book', (tx) => {
 *       tx.put({ TableName: 'seats', Item: { seat }, ConditionExpression: 'attribute_not_exists(seat)' });
 *       return 'booked';
 *     });
 *   } catch (error) {
 *     if (error instanceof TransactionConditionError) return 'taken';
 *     throw error;
 *   }
 * });
 * ```
 */
export class TransactionConditionError extends LullError {
  static {
    this.prototype.name = 'TransactionConditionError';
    setBrand(this.prototype, 'TransactionConditionError');
  }
  /** The name that the transaction was given. */
  readonly transaction: string;
  /** One at least, in the order in which they were asked for. */
  readonly failed: readonly FailedCondition[];

  constructor(transaction: string, failed: readonly FailedCondition[]) {
    const which = failed.map(({ index, action, table }) => `${action} #${index} on table "${table}"`).join(', ');
    super(
      'CONDITION_FAILED',
      `nothing of transaction "${transaction}" was written: not met is the condition of ${which}`,
    );
    this.transaction = transaction;
    this.failed = failed;
  }
}

/** Other requests were at work on the same items, or the tables take no more at the moment, at each of many attempts. */
export class TransactionConflictError extends LullError {
  static {
    this.prototype.name = 'TransactionConflictError';
    setBrand(this.prototype, 'TransactionConflictError');
  }
  readonly transaction: string;

  constructor(transaction: string, why: string) {
    super('TRANSACTION_CONFLICT', `transaction "${transaction}" was not carried out: ${why}`);
    this.transaction = transaction;
  }
}

/** DynamoDB refuses the transaction as it is: a table that is not there, an expression, a permission, a limit. */
export class TransactionRefusedError extends LullError {
  static {
    this.prototype.name = 'TransactionRefusedError';
    setBrand(this.prototype, 'TransactionRefusedError');
  }
  readonly transaction: string;

  constructor(transaction: string, why: string) {
    super('TRANSACTION_REFUSED', `transaction "${transaction}" was refused, and nothing of it was written: ${why}`);
    this.transaction = transaction;
  }
}
