/** What an answer means to a caller: whether asking again may give another one. */
import { LullError } from '../../../lib/core/errors.ts';
import type { ClosedStatus } from '../../../lib/core/run-status.ts';
import type { Action } from './act.ts';

/** `final`: asking again gives the same. `passing`: it may be another one a while later; `slowly`: in a long while. */
export type Meaning = 'final' | 'passing' | 'slowly' | 'unanswered' | 'odd';

const FINAL = [
  ...['UPDATE_REFUSED', 'UPDATE_FAILED', 'UNKNOWN_QUERY', 'RUN_NOT_BEGUN', 'INVALID_TOKEN', 'CALLBACK_DONE'],
  ...['RUN_ENDED', 'RUN_ID_TAKEN', 'IDEMPOTENCY_KEY_REUSED', 'INVALID_INPUT', 'PAYLOAD_TOO_LARGE'],
  ...['NOT_FAILED', 'RETRY_REFUSED', 'FORK_REFUSED', 'SCHEDULE_EXISTS', 'SCHEDULE_NOT_FOUND'],
];

/** What the texts of such answers have that ask the caller to come again. */
const COME_AGAIN = /try again in a (moment|minute)|changes all the time|is being stopped|the id is free again/;

/** How often a caller asks who is told to come again, at most. */
const MOST_ATTEMPTS = 300;

/** `isGone`: there was such a run, and it was deleted or purged. `endedAs`: undefined while it is open. */
export function meaningOf(
  error: unknown,
  action: Action,
  { isCreated, isGone, endedAs, attempts }: RunSeen & { readonly attempts: number },
): Meaning {
  if (!(error instanceof LullError)) return 'odd';
  const { code, message } = error;
  if (code === 'STORE_UNAVAILABLE' || code === 'PAYLOAD_KEY') return 'unanswered';
  if (code === 'TIMEOUT') return 'slowly'; // there is no answer yet
  if (code === 'RUN_NOT_FOUND') return isGone ? 'final' : 'passing';
  if (code === 'INBOX_FULL') return 'passing';
  if (code === 'POOL_NOT_FOUND') return attempts < MOST_ATTEMPTS ? 'slowly' : 'final';
  if (code === 'SCHEDULE_NOT_FOUND' && !isCreated) return 'passing';
  if (!mayChange(code, message, { action, endedAs })) return FINAL.includes(code) ? 'final' : 'odd';
  return attempts < MOST_ATTEMPTS ? 'slowly' : 'final';
}

function mayChange(
  code: string,
  message: string,
  { action, endedAs }: { readonly action: Action; readonly endedAs: ClosedStatus | undefined },
): boolean {
  switch (code) {
    case 'RUN_NOT_ENDED':
      return true;
    case 'NOT_FAILED':
      return !/it is (completed|cancelled|terminated)\b/.test(message);
    case 'FORK_REFUSED': // the step may be still to come
      return endedAs === undefined || endedAs === 'failed';
    case 'RUN_ENDED': // it may be tried again
      return action.do === 'signal' && action.untilTaken === true && endedAs === 'failed';
    default:
      return COME_AGAIN.test(message);
  }
}

/** What is known of the run that a call is about. */
export interface RunSeen {
  readonly isCreated: boolean;
  readonly isGone: boolean;
  readonly endedAs: ClosedStatus | undefined;
}
