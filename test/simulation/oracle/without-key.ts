/** A run that was terminated while its key was away: what else waited in its inbox could not be read, and went with it. */
import { REASON_UNREADABLE } from '../../../lib/encryption/messages.ts';
import type { RunLedger } from './run-ledger.ts';

export function isEndedWithoutKey({ entries }: RunLedger): boolean {
  return entries.some((entry) => entry.kind === 'terminate-requested' && entry.reason === REASON_UNREADABLE);
}
