/** Mistakes around runs that are paused and resumed. */
import type { PlantedBug } from './planted-bug.ts';

export const pauseBugs: readonly PlantedBug[] = [
  {
    name: 'a worker takes a run that is paused',
    file: 'lib/memory/run-state.ts',
    find: `if (!isPaused && !isHeldBack && !leased`,
    put: `if (!isHeldBack && !leased`,
  },
  {
    name: 'a paused turn delivers what it was sent',
    file: 'lib/engine/pending-events.ts',
    find: `return turn.doesNothingNew && !codeHasEnded(memory);`,
    put: `return false;`,
  },
  {
    name: 'a paused turn begins steps',
    file: 'lib/engine/begin-steps.ts',
    find: `nowMs >= turn.beginsByMs || turn.doesNothingNew) return;\n  for`,
    put: `nowMs >= turn.beginsByMs) return;\n  for`,
  },
  {
    name: 'what waits for the resume does not make the run due',
    file: 'lib/engine/suspend.ts',
    find: `const isToGoOn = turn.doesNothingNew && turn.inbox.length > 0;`,
    put: `const isToGoOn = turn.inbox.length < 0;`,
  },
  {
    name: 'a request to stop waits for the resume',
    file: 'lib/memory/run-state.ts',
    find: `if (kind === 'terminate') return { answer, after: goingOn(before, { ...accepted, isToTerminate: true }) };`,
    put: `if (kind === 'terminate') return { answer, after: { ...before, run: accepted } };`,
  },
  {
    name: 'a pause holds a request to stop that the run has not heard of',
    file: 'lib/client/pause-run.ts',
    find: `return messages.some(({ kind }) => isToStop(kind));`,
    put: `return messages.some(({ kind }) => kind === 'terminate');`,
  },
];
