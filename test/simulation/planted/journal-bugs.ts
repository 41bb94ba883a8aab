/** Mistakes around the journal: committing, loading, replaying. */
import type { PlantedBug } from './planted-bug.ts';

export const journalBugs: readonly PlantedBug[] = [
  {
    name: 'a record that is there is overwritten',
    file: 'lib/memory/memory-store.ts',
    find: `if (there !== undefined) return { kind: 'exists', record: fromItemText(there) };\n    records.set(`,
    put: `records.set(`,
  },
  {
    name: 'a commit that came too late counts as done',
    file: 'lib/engine/commit.ts',
    find: `if (put.kind === 'exists' && put.record.nonce !== nonce) return 'lost';`,
    put: '',
  },
  {
    name: 'a commit that meets its own repetition is given up',
    file: 'lib/engine/commit.ts',
    find: `if (put.kind === 'exists' && put.record.nonce !== nonce) return 'lost';`,
    put: `if (put.kind === 'exists') { journal.recordNumber = number; continue; }`,
  },
  {
    name: 'of a record that is too long, the rest is forgotten',
    file: 'lib/engine/commit.ts',
    find: `all.push({ entries: open, bytes });`,
    put: `all.push({ entries: open.slice(0, 3), bytes });`,
  },
  {
    name: 'steps begin before their record is written',
    file: 'lib/engine/turn.ts',
    find: `const recorded = await record(turn, memory);`,
    put: `beginSteps(turn, memory);\n      const recorded = await record(turn, memory);`,
  },
  {
    name: 'a takeover writes no fence',
    file: 'lib/engine/load-run.ts',
    find: `...(await fence(turn, records)),`,
    put: ``,
    also: { find: `...(isToRunAlone ? [takenAlone(engine)] : []),`, put: `` },
  },
  {
    name: 'a worker does not look whether a later one has written',
    file: 'lib/engine/load-run.ts',
    find: `if (found.some((record) => record.epoch > epoch)) return 'lost';`,
    put: '',
  },
  {
    name: 'what a worker keeps warm is used whoever had the run meanwhile',
    file: 'lib/engine/warm-runs.ts',
    find: `const isExact = run?.epoch === before.epoch && before.lease === undefined;`,
    put: `const isExact = run !== undefined;`,
  },
  {
    name: 'what a worker keeps warm is used although its lease was not given back',
    file: 'lib/engine/warm-runs.ts',
    find: `run?.epoch === before.epoch && before.lease === undefined`,
    put: `run !== undefined && run.epoch + 1 >= before.epoch`,
  },
  {
    name: 'the clock in workflow code is the real one',
    file: 'lib/engine/guard/clock.ts',
    find: `const nowMs = (): number => current?.nowMs() ?? machineNowMs();`,
    put: `const nowMs = (): number => machineNowMs();`,
  },
  {
    name: 'the dice of a run are others at each replay',
    file: 'lib/engine/replay-run.ts',
    find: `secrets.random(() => live`,
    put: `createRunSecrets(runId, { started: { ...started, seed: engine.newNonce() }, tries }).random(() => live`,
  },
  {
    name: "the run's time goes back when a worker's clock does",
    file: 'lib/scheduler/run-clock.ts',
    find: `if (atMs > this.#nowMs) this.#nowMs = atMs;`,
    put: `this.#nowMs = atMs;`,
  },
  {
    name: 'what the code asked for and was not recorded is lost with its worker',
    file: 'lib/engine/load-run.ts',
    find: `turn.unwritten.pushAll(following.unrecorded);`,
    put: `if (entries.length === 0) turn.unwritten.pushAll(following.unrecorded);`,
  },
  {
    name: 'a run whose code cannot follow its journal is ended',
    file: 'lib/engine/turn.ts',
    find: `return cannotGoOn(turn, why.error);`,
    put: `return terminateRun(turn, why.error.message);`,
  },
  {
    name: 'a full journal asks nobody to stop',
    file: 'lib/engine/journal-length.ts',
    find: `  journal.isAtLimit = true;\n`,
    put: `  journal.isAtLimit = true;\n  if (limit) return undefined;\n`,
  },
  {
    name: 'a run that has ended is failed for its length',
    file: 'lib/engine/stop-code.ts',
    find: `codeHasEnded(memory) ? undefined : whyTooLong(turn)`,
    put: `whyTooLong(turn)`,
  },
];
