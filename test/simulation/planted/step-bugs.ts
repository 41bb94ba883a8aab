/** Mistakes around steps and starts. */
import type { PlantedBug } from './planted-bug.ts';

export const stepBugs: readonly PlantedBug[] = [
  {
    name: 'workers that were lost in a step are not counted',
    file: 'lib/scheduler/event-handlers.ts',
    find: `pending.interruptions += 1;`,
    put: '',
  },
  {
    name: 'failed attempts are not counted',
    file: 'lib/scheduler/event-handlers.ts',
    find: `step.failedAttempts = event.attempt;`,
    put: '',
  },
  {
    name: 'a step that is to run at most once runs again after a crash',
    file: 'lib/engine/begin-steps.ts',
    find: `if (command.options.atMostOnce === true && attemptsStarted(step) > 0) {`,
    put: `if (command.options.atMostOnce === true && attemptsStarted(step) > 1) {`,
  },
  {
    name: 'attempts of a step have different idempotency keys',
    file: 'lib/engine/attempt.ts',
    find: `options.ofRun.secrets.idempotencyKey(step)`,
    put: '`${options.ofRun.secrets.idempotencyKey(step)}${step.failedAttempts}`',
  },
  {
    name: 'a step that is running is begun again',
    file: 'lib/engine/begin-steps.ts',
    find: `memory.stepsToBegin.delete(step.id);\n    turn.places.begun(step.id);`,
    put: `turn.places.begun(step.id);`,
    also: {
      find: `    if (attempts.has(step.id)) {\n      memory.stepsToBegin.delete(step.id);\n      continue;\n    }\n`,
      put: '',
    },
  },
  {
    name: 'a body that was cut off is recorded as completed',
    file: 'lib/engine/attempts.ts',
    find: `attempt.cutOff();`,
    put: `attempt.abort(new CancelledError());`,
  },
  {
    name: 'a start overwrites the run that is there',
    file: 'lib/memory/memory-store.ts',
    find: `if (partition.state) return whatIsThere(structuredClone(partition.state.run), run);`,
    put: '',
  },
  {
    name: 'a start that finds its own run deletes its input',
    file: 'lib/client/start-run.ts',
    find: `if (input.kind === 'item' && keyOf(existing.input) !== input.key) {`,
    put: `if (input.kind === 'item') {`,
  },
  {
    name: 'a start under an id that is taken is welcome, whatever its input',
    file: 'lib/client/start-run.ts',
    find: `if (onConflict === undefined && isSame) return;`,
    put: `if (onConflict === undefined) return;`,
  },
  {
    name: 'the input of a start that is refused stays for ever',
    file: 'lib/client/start-run.ts',
    find: `if (input.kind === 'item' && keyOf(existing.input) !== input.key) {`,
    put: `if (input.kind === 'item' && false) {`,
  },
  {
    name: 'more steps run at once than may',
    file: 'lib/engine/begin-steps.ts',
    find: `if (attempts.size >= engine.maxStepsInFlight) return;`,
    put: '',
  },
  {
    name: 'a value that is too large is stored all the same',
    file: 'lib/engine/step-events.ts',
    find: `checkValueSize(engine, encoded,`,
    put: `checkValueSize({ ...engine, maxValueBytes: 10 * engine.maxValueBytes }, encoded,`,
  },
  {
    name: 'a time limit in an undo of a saga does not end it',
    file: 'lib/api/timeout.ts',
    find: `    this.#task.cancelFromInside();`,
    put: `    this.#task.cancel();`,
  },
];
