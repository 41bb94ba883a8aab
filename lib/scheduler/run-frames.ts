/**
 * A run at rest as bytes, and the run again: its coroutines go on where they stood, and no event is delivered to them again.
 *
 * Only where this code, and the author's, was compiled for it (lib/frames): then all that the run holds is data, but for
 * its host, which each process has anew.
 */
import { WorkflowCodeError } from '../core/errors.ts';
import { STORED_RUN_FORMAT } from '../core/stored-run-format.ts';
import type { WorkflowDefinition } from '../core/workflow.ts';
import { findGraphDifference } from '../frames/graph/find-difference.ts';
import { loadGraph } from '../frames/graph/load-graph.ts';
import type { GraphRefusal } from '../frames/graph/refused.ts';
import { storeGraph, type StoredGraph } from '../frames/graph/store-graph.ts';
import { surroundingsOf } from '../frames/graph/surroundings.ts';
import { runtime } from '../frames/runtime/runtime.ts';
import { isLiveRun } from './create-live-run.ts';
import type { LiveRun, LiveRunOptions } from './live-run.ts';
import { migrateRun } from './migrate-run.ts';
import { passedCode } from './passed-code.ts';
import { RunHost } from './run-host.ts';

/** How the host is called in what is stored. */
const HOST = 'host';

/** What an engine stores and restores runs with: `createRunFrames` makes it. */
export interface RunFrames {
  /** Names the author's code that was compiled. */
  codeId(): string;
  /** Names what of lull runs are made of, with the form in which it stores them. */
  ownCodeId(): string;
  /** What a run has passed of the code, as a text: other code restores it that gives the same. Undefined: none does. */
  passedCode(live: LiveRun, definition: WorkflowDefinition): string | undefined;
  storeRun(live: LiveRun, code: object): StoredGraph;
  /** `form`: in which lull's own part of it was stored. By default that of this lull. */
  restoreRun(bytes: Uint8Array, code: object, options: LiveRunOptions, form?: number): RestoredRun;
  /** Where what two runs hold differs; undefined if nowhere, or if neither can be stored. */
  compareRuns(one: LiveRun, other: LiveRun, code: object): string | undefined;
}

/**
 * What a worker stores snapshots of runs with (experimental). A WorkflowCodeError `INVALID_ARGUMENT` if this code was not
 * compiled for it, by `esbuildFrames()` or `viteFrames()` of `lull/frames`.
 *
 * @example
 * ```ts no-run
 * import { createRunFrames, createWorkerHandler } from 'lull/lambda';
 *
 * const greet = workflow('greet', function* (name: string) {
 *   yield* sleep('1 day');
 *   return `Good morning, ${name}`;
 * });
 * export const handler = createWorkerHandler([greet], { frames: createRunFrames() });
 * ```
 */
export function createRunFrames(): RunFrames {
  if (canStoreRuns()) {
    return {
      codeId: () => runtime.codeId(),
      ownCodeId: () => runtime.ownCodeId(),
      passedCode: (live, definition) => passedCode(live.bodyCoroutine(), definition),
      ...{ storeRun, restoreRun, compareRuns },
    };
  }
  throw new WorkflowCodeError(
    'INVALID_ARGUMENT',
    'runs cannot be stored here, since this code is not compiled for it: put esbuildFrames() of lull/frames into the ' +
      'plugins of the bundle, or viteFrames() into those of vitest.config.ts',
  );
}

/** Whether this code was compiled, so that runs can be stored. */
export function canStoreRuns(): boolean {
  return runtime.hidesOf(RunHost.prototype) === false;
}

/** Refused if something that it holds cannot be made again: with the path to it, and why. `code` is the author's function. */
export function storeRun(live: LiveRun, code: object): StoredGraph {
  const around = surroundingsOf(code);
  return storeGraph(live, { nameOf: (value) => (value instanceof RunHost ? HOST : around.nameOf(value)) });
}

function compareRuns(one: LiveRun, other: LiveRun, code: object): string | undefined {
  const [left, right] = [storeRun(one, code), storeRun(other, code)];
  if (left.kind === 'stored' && right.kind === 'stored') return findGraphDifference(left.bytes, right.bytes);
  const [refused] = [left, right].filter((each) => each.kind === 'refused');
  return left.kind === right.kind ? undefined : `one cannot be stored: run${refused?.path ?? ''}`;
}

export type RestoredRun = { readonly kind: 'restored'; readonly live: LiveRun } | GraphRefusal;

/** Only what the host does is taken from the options: all else is stored. */
export function restoreRun(
  bytes: Uint8Array,
  code: object,
  options: LiveRunOptions,
  form = STORED_RUN_FORMAT,
): RestoredRun {
  const migrated = migrateRun(bytes, form);
  if (migrated === undefined) return { kind: 'refused', path: '', reason: `its form is ${form}, of another lull` };
  const host = new RunHost(options);
  const around = surroundingsOf(code);
  const loaded = loadGraph(migrated, { named: (name) => (name === HOST ? host : around.named(name)) });
  if (loaded.kind === 'refused') return loaded;
  const { value } = loaded;
  if (!isLiveRun(value)) return { kind: 'refused', path: '', reason: 'it is no run' };
  return { kind: 'restored', live: value };
}
