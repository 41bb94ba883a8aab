/** Mistakes around workflows that are paused and resumed. */
import type { PlantedBug } from './planted-bug.ts';

export const holdBugs: readonly PlantedBug[] = [
  {
    name: 'a worker takes runs of a workflow that is paused',
    file: 'lib/memory/run-state.ts',
    find: `if (!isPaused && !isHeldBack && !leased`,
    put: `if (!isPaused && !leased`,
  },
  {
    name: 'a worker keeps what it knows of paused workflows for ever',
    file: 'lib/engine/paused-workflows.ts',
    find: `if (this.#newest !== undefined && ageMs >= 0 && ageMs < maxAgeMs) return this.#newest.answer;`,
    put: `if (this.#newest !== undefined) return this.#newest.answer;`,
  },
  {
    name: 'the resume takes the workflow out of the list, with runs that are held',
    file: 'lib/client/workflows.ts',
    find: `workflows: [...others, changed] };`,
    put: `workflows: changed.pausedAtMs === undefined ? others : [...others, changed] };`,
  },
  {
    name: 'held runs are put back in the minutes after the resume alone',
    file: 'lib/engine/put-held-back.ts',
    find: `if (listed.pausedAtMs !== undefined) continue;`,
    put: `if (listed.pausedAtMs !== undefined || clockIsPast(ports, listed)) continue;`,
    also: {
      find: `const LONG_LIST =`,
      put: `const clockIsPast = ({ clock }: SweepPorts, { resumedAtMs = 0 }: ListedWorkflow): boolean => clock.nowMs() > resumedAtMs + 30_000;\nconst LONG_LIST =`,
    },
  },
  {
    name: 'a request to cancel is held until the workflow is resumed',
    file: 'lib/memory/run-state.ts',
    find: `if (kind === 'cancel') return { answer, after: goingOn(before, { ...accepted, isToCancel: true }) };`,
    put: `if (kind === 'cancel') return { answer, after: { ...before, run: accepted } };`,
  },
  {
    name: 'a turn goes on although its workflow is paused',
    file: 'lib/engine/turn-state.ts',
    find: `return this.isPaused || this.isHeldBack;`,
    put: `return this.isPaused;`,
  },
  {
    name: 'what a turn holds back does not make the run due',
    file: 'lib/engine/suspend.ts',
    find: `const isToGoOn = turn.doesNothingNew && turn.inbox.length > 0;`,
    put: `const isToGoOn = isPaused && turn.inbox.length > 0;`,
  },
];
