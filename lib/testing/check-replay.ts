/** For a test of users: whether the code of now can take over the runs whose histories are at hand. */
import type { HistoryDocument } from '../client/history-document.ts';
import { LullError } from '../core/errors.ts';
import { describeThrown } from '../core/to-error.ts';
import type { WorkflowSource } from '../core/workflow-registry.ts';
import { type HistoryReplayed, type ReplayDiffers, type ReplayFailed, replayHistory } from './replay-history.ts';

/** Which histories are replayed, and by which code. */
export interface CheckReplayOptions {
  /** An array, or a module's namespace (`import * as workflows from './workflows'`). */
  readonly workflows: WorkflowSource;
  /** What `run.exportHistory()` gave, or the JSON text of it. */
  readonly histories: Iterable<HistoryDocument | string>;
}

/** A replay that would block its run. */
export type FailedReplay = ReplayDiffers | ReplayFailed;

/** Some histories do not replay. The message lists each of them, what is recorded and what the code does. */
export class ReplayError extends LullError {
  static {
    this.prototype.name = 'ReplayError';
  }
  readonly failures: readonly FailedReplay[];

  constructor(failures: readonly FailedReplay[], count: number) {
    super(
      'REPLAY_FAILED',
      [`${failures.length} of ${count} histories do not replay:`, ...failures.map(describe)].join('\n'),
    );
    this.failures = failures;
  }
}

/**
 * Replays each history against this code. If the code of any of them does not follow, it throws one ReplayError that lists
 * all of them, side by side; else it gives what came of each.
 *
 * Export a run of each kind that is alive in production (`lull history --export`, or `run.exportHistory()`), keep the files
 * beside the tests, and a change that would block such runs fails in CI.
 *
 * @example
 * ```ts
 * const order = workflow('order', function* () {
 *   yield* step('charge', () => 'paid');
 *   yield* sleep('1 day');
 * });
 *
 * const engine = createTestEngine({ workflows: [order] });
 * const run = await engine.start(order);
 * await engine.settle();
 * const histories = [await run.exportHistory()];
 * (await checkReplay({ workflows: [order], histories })).length; // => 1
 * ```
 */
export async function checkReplay({ workflows, histories }: CheckReplayOptions): Promise<HistoryReplayed[]> {
  const replayed: HistoryReplayed[] = [];
  for (const history of histories) replayed.push(await replayHistory({ workflows, history }));
  const failures = replayed.filter((each) => each.kind === 'differs' || each.kind === 'cannot-replay');
  if (failures.length > 0) throw new ReplayError(failures, replayed.length);
  return replayed;
}

function describe(failure: FailedReplay): string {
  const { runId, workflow, link, leftOut } = failure;
  const which = `run "${runId}" of workflow "${workflow}"${link === 1 ? '' : `, link ${link}`}`;
  if (failure.kind === 'cannot-replay') return `- ${which}: ${failure.error.message}`;
  const { recorded, requested, at, thrown } = failure;
  return [
    `- ${which}`,
    `    recorded:  ${recorded}`,
    `    requested: the code ${requested}${at === undefined ? '' : ` (at ${at})`}`,
    ...(thrown === undefined ? [] : [`    it has thrown ${describeThrown(thrown)}`]),
    ...(leftOut.includes('sensitive-values')
      ? ['    what its sensitive steps gave was not exported, which may be why']
      : []),
  ].join('\n');
}
