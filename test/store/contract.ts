/** The contract of the store port: every implementation passes the same suite. */
import type { Store } from '../../lib/ports/store.ts';
import { describeAnswers } from './answer-contract.ts';
import { describeAfterEnd } from './after-end-contract.ts';
import { describeContinuing } from './continue-contract.ts';
import { describeDeleting } from './delete-contract.ts';
import { describeIndexes } from './index-contract.ts';
import { describeBase } from './base-contract.ts';
import { describeItemLimit, describeJournal } from './journal-contract.ts';
import { describeFirstTurns } from './first-turn-contract.ts';
import { describeLeases } from './lease-contract.ts';
import { describeInbox } from './inbox-contract.ts';
import { describeLetters, describeNoLetters } from './letter-contract.ts';
import { describeHolding } from './hold-contract.ts';
import { describePausing } from './pause-contract.ts';
import { describePools } from './pool-contract.ts';
import { describeRetrying } from './retry-contract.ts';
import { describePayloads } from './payload-contract.ts';
import { describeShows } from './shows-contract.ts';
import { describeSnapshots } from './snapshot-contract.ts';
import { describeStreams } from './stream-contract.ts';
import { describeNoTails, describeTails } from './tail-contract.ts';
import { describeTransactions, type OwnTable } from './transact-contract.ts';

interface StoreTraits {
  readonly hasBucket: boolean;
  readonly openTable: () => Promise<OwnTable>;
  /** And tails. Default: true. */
  readonly takesLetters?: boolean;
}

/** Declares the suite. The store may hold other runs already, and may be shared by all tests of it. */
export function describeStoreContract(
  openStore: () => Promise<Store>,
  { hasBucket, openTable, takesLetters = true }: StoreTraits,
): void {
  describeLeases(openStore);
  describeFirstTurns(openStore);
  describeInbox(openStore);
  if (takesLetters) describeLetters(openStore);
  else describeNoLetters(openStore);
  if (takesLetters) describeTails(openStore);
  else describeNoTails(openStore);
  describeContinuing(openStore);
  describeRetrying(openStore);
  describePausing(openStore);
  describeHolding(openStore);
  describePools(openStore);
  describeAfterEnd(openStore);
  describeAnswers(openStore);
  describeBase(openStore);
  describeJournal(openStore);
  if (hasBucket) describePayloads(openStore);
  else describeItemLimit(openStore);
  describeIndexes(openStore);
  describeDeleting(openStore);
  describeShows(openStore);
  describeSnapshots(openStore);
  describeStreams(openStore);
  describeTransactions(openStore, openTable);
}
