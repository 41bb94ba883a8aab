/** All planted bugs. */
import { baseBugs } from './base-bugs.ts';
import { batchBugs } from './batch-bugs.ts';
import { bulkBugs } from './bulk-bugs.ts';
import { cancelBugs } from './cancel-bugs.ts';
import { childBugs } from './child-bugs.ts';
import { deleteBugs } from './delete-bugs.ts';
import { earlyBugs } from './early-bugs.ts';
import { encryptionBugs } from './encryption-bugs.ts';
import { entityBugs } from './entity-bugs.ts';
import { eventBugs } from './event-bugs.ts';
import { firstTurnBugs } from './first-turn-bugs.ts';
import { letterBugs } from './letter-bugs.ts';
import { tailBugs } from './tail-bugs.ts';
import { forkBugs } from './fork-bugs.ts';
import { holdBugs } from './hold-bugs.ts';
import { journalBugs } from './journal-bugs.ts';
import { leaseBugs } from './lease-bugs.ts';
import { longLifeBugs } from './long-life-bugs.ts';
import { lostWorkerBugs } from './lost-worker-bugs.ts';
import { messageBugs } from './message-bugs.ts';
import { pauseBugs } from './pause-bugs.ts';
import type { PlantedBug } from './planted-bug.ts';
import { poolBugs } from './pool-bugs.ts';
import { runPlaceBugs } from './run-place-bugs.ts';
import { raceBugs } from './race-bugs.ts';
import { retryBugs } from './retry-bugs.ts';
import { snapshotBugs } from './snapshot-bugs.ts';
import { stepBugs } from './step-bugs.ts';
import { streamBugs } from './stream-bugs.ts';
import { transactionBugs } from './transaction-bugs.ts';
import { undoBugs } from './undo-bugs.ts';
import { updateBugs } from './update-bugs.ts';
import { versionBugs } from './version-bugs.ts';

export const plantedBugs: readonly PlantedBug[] = [
  ...baseBugs,
  ...batchBugs,
  ...bulkBugs,
  ...cancelBugs,
  ...childBugs,
  ...deleteBugs,
  ...earlyBugs,
  ...encryptionBugs,
  ...entityBugs,
  ...eventBugs,
  ...firstTurnBugs,
  ...letterBugs,
  ...tailBugs,
  ...forkBugs,
  ...holdBugs,
  ...journalBugs,
  ...leaseBugs,
  ...longLifeBugs,
  ...lostWorkerBugs,
  ...messageBugs,
  ...pauseBugs,
  ...poolBugs,
  ...runPlaceBugs,
  ...raceBugs,
  ...retryBugs,
  ...snapshotBugs,
  ...stepBugs,
  ...streamBugs,
  ...transactionBugs,
  ...undoBugs,
  ...updateBugs,
  ...versionBugs,
];
