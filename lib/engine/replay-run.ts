/**
 * Replays a run: brings its coroutines to where its journal ends (I4, I8).
 *
 * There are no side effects. Console and log are silent until the last recorded event.
 *
 * Tested by: test/invariants/i4-replay-is-equal.test.ts, test/invariants/i8-blocked.test.ts,
 * test/engine/patches.test.ts
 */
import { decode } from '../codec/decode.ts';
import type { Encoded } from '../core/encoded.ts';
import { invariant, InvariantError } from '../core/invariant.ts';
import type { RandomSource } from '../core/loop.ts';
import type { LogLevel } from '../core/logger.ts';
import { DEFAULT_RUN_LIMITS, type RunLimits } from '../core/run-limits.ts';
import { formOfOwnCode } from '../core/stored-run-format.ts';
import { describeThrown, toError } from '../core/to-error.ts';
import type { WorkflowDefinition } from '../core/workflow.ts';
import { UnknownWorkflowError } from '../core/workflow-registry.ts';
import { isCommandEntry, type JournalEntry, type Started } from '../journal/event.ts';
import type { Deliver, ReplayContext } from '../journal/replay.ts';
import { type Standing, standingEntries } from '../journal/standing.ts';
import type { RunItem } from '../ports/run-item.ts';
import { createLiveRun } from '../scheduler/create-live-run.ts';
import type { LackOfCallSites, LiveRun, LiveRunOptions } from '../scheduler/live-run.ts';
import type { RestoredRun } from '../scheduler/run-frames.ts';
import { findInterrupted, lastSeenByCode } from './recorded-facts.ts';
import { outsideGuard, withGuard, type GuardedRun } from './guard.ts';
import { digestOfPassed } from './snapshot.ts';
import { loadInput } from './load-input.ts';
import { optionsOfReplay } from './options-of-replay.ts';
import { createRunSecrets } from './run-secrets.ts';
import { type LinkBefore, linkOf } from './link-before.ts';
import { poolIn } from './pools/pool-of-run.ts';
import { deadlineIn, deadlineOf } from './run-deadline.ts';
import { rememberPending, type LiveMemory } from './live-memory.ts';
import { asOwner } from './owned-code.ts';
import { replayInSlices } from './replay-in-slices.ts';
import type { Engine } from './settings.ts';
import { baseNotOfCode } from './unbounded/base-not-of-code.ts';
import { createStrayErrors } from './stray-errors.ts';

export type ReplayRunResult =
  /** `unrecorded` is to be written: the first event, or what a worker that died between two records left out. */
  | {
      readonly kind: 'replayed';
      readonly memory: LiveMemory;
      readonly unrecorded: readonly JournalEntry[];
    }
  /** `reached`: where the code stands that could follow up to there; undefined if none has run. */
  | { readonly kind: 'cannot-replay'; readonly error: Error; readonly reached?: LiveMemory };

export interface ReplayOptions {
  /** For a journal without entries. */
  readonly before?: LinkBefore | undefined;
  /** The same: the pool in which the run has taken a place. */
  readonly pool?: string | undefined;
  /** The run is looked at: it remembers what its tasks wait for. */
  readonly tracesAwaits?: boolean;
  /** The last event was delivered to a run that lacked call sites, and is delivered as if for the first time. */
  readonly again?: LackOfCallSites | undefined;
}

/** A run as it was at the end of some record, and the entries of its journal behind that. */
export interface ReplayedBehind {
  readonly started: Started;
  /** What `RunFrames.storeRun` gave. */
  readonly run: Uint8Array;
  /** The code that it has passed, where that is known. It has to be the same here, as a replay passes it again. */
  readonly passed?: string | undefined;
  /** The lull that has stored it. By default this one. */
  readonly ownCode?: string;
  readonly entries: readonly JournalEntry[];
}

export type ReplayBehindResult =
  /** `events`: of what stands behind, those that were delivered. */
  | { readonly kind: 'replayed'; readonly memory: LiveMemory; readonly events: number }
  /** The run is as before; nothing was changed. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Goes on from stored coroutines. What is not recorded yet, or does not follow, is for a replay of the whole to decide. */
export async function replayBehind(engine: Engine, run: RunItem, behind: ReplayedBehind): Promise<ReplayBehindResult> {
  const { entries } = behind;
  try {
    const followed = await followBehind(engine, run, behind);
    if (followed.kind === 'refused') return followed;
    if (followed.kind === 'cannot-replay') return { kind: 'refused', reason: describeThrown(followed.error) };
    if (followed.unrecorded.length > 0) return { kind: 'refused', reason: 'its code asks for more than is recorded' };
    const events = entries.reduce((count, entry) => (isCommandEntry(entry) ? count : count + 1), 0);
    return { kind: 'replayed', memory: followed.memory, events };
  } catch (error) {
    return { kind: 'refused', reason: describeThrown(error) };
  }
}

/** Goes on from the base of a run: there is nothing else to go on from. */
export async function replayFromBase(
  engine: Engine,
  run: RunItem,
  behind: ReplayedBehind,
  options: Pick<ReplayOptions, 'tracesAwaits' | 'again'> = {},
): Promise<ReplayRunResult> {
  try {
    const followed = await followBehind(engine, run, behind, options);
    if (followed.kind !== 'refused') return followed;
    return { kind: 'cannot-replay', error: baseNotOfCode(run, followed.reason) };
  } catch (error) {
    return { kind: 'cannot-replay', error: toError(error) };
  }
}

function followBehind(
  engine: Engine,
  run: RunItem,
  { entries, ...head }: ReplayedBehind,
  options: Pick<ReplayOptions, 'tracesAwaits' | 'again'> = {},
): Promise<ReplayRunResult | Refused> {
  return follow(engine, run, { ...options, standing: { ...standingEntries([]), entries }, input: null, head });
}

/** A journal without entries is begun. */
export async function replayRun(
  engine: Engine,
  run: RunItem,
  standing: Pick<Standing, 'entries' | 'tries' | 'doneByOther'>,
  { before, pool, tracesAwaits = false, again }: ReplayOptions = {},
): Promise<ReplayRunResult> {
  const input = await loadInput(engine, run);
  if (input.kind === 'cannot-replay') return input;
  try {
    const followed = await follow(engine, run, { standing, before, pool, tracesAwaits, again, input: input.value });
    invariant(followed.kind !== 'refused', 'a run that is replayed from its start was to be restored');
    return followed;
  } catch (error) {
    return { kind: 'cannot-replay', error: toError(error) };
  }
}

interface Followed extends ReplayOptions {
  readonly standing: Pick<Standing, 'entries' | 'tries' | 'doneByOther'>;
  readonly input: Encoded;
  /** The run is not begun: it goes on from this, and what stands comes behind it. */
  readonly head?: Omit<ReplayedBehind, 'entries'>;
  /** With which a run has begun that lacked call sites, and begins again. */
  readonly began?: Started;
}

type Refused = Extract<ReplayBehindResult, { readonly kind: 'refused' }>;

/** The coroutines of a stored run, with their host. What they have passed, a replay may have to pass again. */
function restored(
  { frames }: Engine,
  { run, passed, ownCode }: Pick<ReplayedBehind, 'run' | 'passed' | 'ownCode'>,
  { definition, code, options }: { definition: WorkflowDefinition; code: object; options: LiveRunOptions },
): RestoredRun {
  if (frames === undefined) return { kind: 'refused', path: '', reason: 'this code was not compiled' };
  const made = frames.restoreRun(run, code, options, ownCode === undefined ? undefined : formOfOwnCode(ownCode));
  if (made.kind === 'refused') return made;
  if (options.tracesAwaits === true) made.live.traceAwaits();
  if (passed === undefined) return made;
  const now = outsideGuard(() => digestOfPassed(frames.passedCode(made.live, definition)));
  return passed === now ? made : { kind: 'refused', path: '', reason: 'code that it has passed has changed' };
}

function toGuarded(
  run: RunItem,
  started: Started,
  { live, replaying }: { readonly live: () => LiveRun; readonly replaying: () => boolean },
): GuardedRun {
  return {
    workflow: run.workflow,
    startedAtMs: started.atMs,
    nowMs: () => Math.max(started.atMs, live().nowMs()),
    random: () => live().random(),
    codeLocation: () => live().codeLocation(),
    replaying,
  };
}

/** The run needs call sites, and kept none: see call-sites.ts. */
interface Lacking {
  readonly kind: 'lacking';
  readonly code: object;
  /** How it is to be followed with them. */
  readonly then: Pick<Followed, 'began' | 'again'>;
}

async function follow(engine: Engine, run: RunItem, followed: Followed): Promise<ReplayRunResult | Refused> {
  const result = await followOnce(engine, run, followed);
  if (result.kind !== 'lacking') return result;
  engine.callSiteKeepers.add(result.code);
  return follow(engine, run, { ...followed, ...result.then });
}

/** A run that is restored has brought its own. */
const RESTORED_RANDOM: RandomSource = {
  next() {
    throw new InvariantError('a run that was restored draws from what begins one');
  },
};

async function followOnce(
  engine: Engine,
  run: RunItem,
  followed: Followed,
): Promise<ReplayRunResult | Refused | Lacking> {
  const { standing, before, pool, input, head, tracesAwaits = false, again } = followed;
  const { runId, workflow } = run;
  const { entries: recorded, tries, doneByOther } = standing;
  const definition = engine.registry.find(workflow);
  if (definition === undefined) {
    return { kind: 'cannot-replay', error: new UnknownWorkflowError(run.workflow, engine.registry.names()) };
  }

  const started = head?.started ?? recorded[0] ?? followed.began ?? startNow(engine, run, { before, pool });
  invariant(started.kind === 'started', `the journal of run "${runId}" begins with "${started.kind}", not "started"`);
  const secrets = createRunSecrets(runId, { started, tries });
  const code = definition.code ?? definition;
  let isReplaying = recorded.length > 0;
  const interrupted = again === undefined ? findInterrupted(recorded) : lastSeenByCode(recorded);
  let isInterrupted = false;
  let linesToSkip = again?.linesWritten ?? 0;
  const options: LiveRunOptions = {
    random: head === undefined ? secrets.random(() => live.lastCommandId()) : RESTORED_RANDOM,
    doneByOther,
    body: () => (hasTimerForTimeout(recorded) ? definition.startWithTimer(given.input) : definition.start(given.input)),
    ...optionsOfReplay(engine, run, { definition, started, recorded, secrets }),
    isReplaying: () => isReplaying && !isInterrupted,
    tracesAwaits,
    keepsCallSites: tracesAwaits || engine.callSiteKeepers.has(code),
    log: (level, values) => {
      if (isReplaying && !(isInterrupted && again !== undefined)) return;
      if (linesToSkip > 0) linesToSkip -= 1;
      else logOutside(engine, level, [...values, { runId, workflow: run.workflow }]);
    },
  };
  const guarded = toGuarded(run, started, { live: () => live, replaying: () => isReplaying });
  // Registered classes read their data here: as code of the run, which has no clock yet.
  const made = head && withGuard(guarded, () => restored(engine, head, { definition, code, options }));
  if (made?.kind === 'refused') return made;
  const live: LiveRun = made?.live ?? createLiveRun(options);
  // Registered classes read their data at each replay. An input that this code cannot read holds the run.
  const given = head === undefined ? withGuard(guarded, () => ({ input: decode(input) })) : { input: undefined };

  const strays = createStrayErrors({ runId, workflow, log: engine.log, codeLocation: () => live.codeLocation() });
  const beside = { strays, secrets, ...beganWith([started, ...recorded]), started, code };
  const remember = (): LiveMemory => rememberPending(live, guarded, beside);
  if (recorded.length === 0 && head === undefined) {
    const asked = asOwner(strays, () => withGuard(guarded, () => live.deliver(started)));
    const lack = live.lackOfCallSites();
    if (lack !== undefined) return { kind: 'lacking', code, then: { began: started, again: lack } };
    return { kind: 'replayed', memory: remember(), unrecorded: [started, ...asked] };
  }
  const deliver: Deliver = (event, recordedUpTo) => {
    isInterrupted = event === interrupted;
    return live.deliver(event, recordedUpTo);
  };
  const asCodeOfTheRun = <T>(code: () => T): T => asOwner(strays, () => withGuard(guarded, code));
  const behind = head && { recordedUpTo: live.lastCommandId(), hasSeed: started.seed !== undefined };
  const replay = { runId, workflow, recorded, deliver, context: contextOf(live), head: behind, asCodeOfTheRun };
  const following = await replayInSlices(engine, replay);
  isReplaying = false;
  if (live.lackOfCallSites() !== undefined) return { kind: 'lacking', code, then: {} };
  const memory = remember();
  if (following.kind === 'diverged') return { kind: 'cannot-replay', error: following.error, reached: memory };
  return { kind: 'replayed', memory, unrecorded: following.unrecorded };
}

function beganWith(entries: readonly JournalEntry[]): Pick<LiveMemory, 'deadlineAtMs' | 'pool'> {
  return { deadlineAtMs: deadlineIn(entries), pool: poolIn(entries) };
}

/** For the message of a divergence. */
function contextOf(live: LiveRun): ReplayContext {
  return {
    codeLocation: () => live.codeLocation(),
    hasEnded: () => live.outcome().kind !== 'going-on',
    argumentsOf: (id) => {
      const pending = live.pending.get(id);
      if (pending?.kind !== 'step' || pending.command.options.sensitive === true) return undefined;
      return pending.command.args;
    },
  };
}

/** The guard is down while a logger works: loggers read the clock and process.env. A logger that throws fails no run. */
function logOutside({ log }: Engine, level: LogLevel, values: readonly unknown[]): void {
  try {
    outsideGuard(() => log[level](...values));
  } catch {
    // the line is lost
  }
}

/**
 * In runs of before, a workflow's timeout was a timer of the run's own code: its first command, and the journal knows of
 * no deadline.
 */
function hasTimerForTimeout([started, first]: readonly JournalEntry[]): boolean {
  const hasDeadline = started?.kind === 'started' && started.deadlineAtMs !== undefined;
  return !hasDeadline && first?.kind === 'sleep' && first.name === 'timeout';
}

/** The first event of a run that begins now. */
export function startNow(
  engine: Engine,
  run: RunItem,
  { before, pool = before?.pool }: Pick<ReplayOptions, 'before' | 'pool'> = {},
): Started {
  const { clock, version, registry } = engine;
  // It is that of the run as a whole: code that begins a later link does not move it.
  const ownTimeoutMs = linkOf(run) === 1 ? registry.find(run.workflow)?.timeoutMs : undefined;
  const deadlineAtMs = deadlineOf(run, ownTimeoutMs);
  const { carried = [], children = {}, streams } = before ?? {};
  const limits = RUN_LIMITS.filter((name) => engine[name] !== DEFAULT_RUN_LIMITS[name]);
  return {
    kind: 'started',
    atMs: clock.nowMs(),
    version,
    seed: engine.newSeed(run),
    ...(limits.length > 0 ? { limits: Object.fromEntries(limits.map((name) => [name, engine[name]])) } : {}),
    ...(deadlineAtMs === undefined ? {} : { deadlineAtMs }),
    ...(carried.length === 0 ? {} : { carries: carried.map(({ id }) => id) }),
    ...(Object.keys(children).length === 0 ? {} : { children }),
    ...(streams && { streams }),
    ...(pool === undefined ? {} : { pool }),
  };
}

const RUN_LIMITS = Object.keys(DEFAULT_RUN_LIMITS) as (keyof RunLimits)[];
