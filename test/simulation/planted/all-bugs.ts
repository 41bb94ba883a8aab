/** All planted bugs. */
import { journalBugs } from './journal-bugs.ts';
import { leaseBugs } from './lease-bugs.ts';
import { messageBugs } from './message-bugs.ts';
import type { PlantedBug } from './planted-bug.ts';
import { stepBugs } from './step-bugs.ts';
import { versionBugs } from './version-bugs.ts';

export const plantedBugs: readonly PlantedBug[] = [
  ...journalBugs,
  ...leaseBugs,
  ...messageBugs,
  ...stepBugs,
  ...versionBugs,
];
