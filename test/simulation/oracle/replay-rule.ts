/** A replay of the final journal gives what the table says (I4). */
import { encode } from '../../../lib/codec/encode.ts';
import { encodeError } from '../../../lib/codec/encode-error.ts';
import { standingEntries } from '../../../lib/journal/standing.ts';
import type { Encoded } from '../../../lib/core/encoded.ts';
import { toError } from '../../../lib/core/to-error.ts';
import { CallSiteKeepers } from '../../../lib/engine/call-sites.ts';
import { replayRun } from '../../../lib/engine/replay-run.ts';
import { callOwnBody, DEFAULT_SETTINGS, type Engine } from '../../../lib/engine/settings.ts';
import type { Store } from '../../../lib/ports/store.ts';
import { withOwnWorkflows } from '../../../lib/schedule/own-workflows.ts';
import type { Outcome } from '../../../lib/scheduler/live-run.ts';
import type { Code } from '../world/code.ts';
import { isOfOtherCode } from '../world/other-calls.ts';
import { isPlainTerminate } from '../../../lib/journal/event.ts';
import type { RunLedger } from './run-ledger.ts';
import type { Rule } from './rule.ts';

/** `codeFor`: what was deployed last, which follows every journal: also that of a former run of an id that is used again. */
export function replayRule(codeFor: (run: RunLedger) => Code): Rule {
  return {
    name: 'a replay gives the same end',
    async atEnd(run, violate, { plan, faultsEndedAtMs }) {
      const { created, entries, end } = run;
      if (created === undefined) return;
      const isToTerminate = entries.some(isPlainTerminate);
      // One with undo leaves a run that ends by itself to its end.
      const mayTerminate = entries.some(({ kind }) => kind === 'terminate-requested');
      const isTerminated = end?.status === 'terminated';
      if (isTerminated ? !mayTerminate : isToTerminate) {
        violate(
          `the run is ${end?.status ?? 'open'}, and its journal has ${mayTerminate ? 'a' : 'no'} request to terminate`,
        );
      }
      if (isToTerminate) return;
      if (entries.length === 0) {
        if (end !== undefined) violate(`the run is ${end.status} and has no journal`);
        return;
      }
      const engine = createReader(run, codeFor(run), faultsEndedAtMs, plan.weather.settings.strict ?? false);
      const following = await replayRun(engine, created, standingEntries(entries));
      if (following.kind === 'cannot-replay') {
        violate(`the code cannot follow the final journal: ${following.error.message}`);
        return;
      }
      const replayed = toText(following.memory.live.outcome(), created.workflow);
      const stored = end === undefined ? 'going-on' : endText(end);
      // Its code was asked to stop and went on: no code sees how that ends.
      const isCutOff = stored.startsWith('failed') && stored.includes('"JOURNAL_TOO_LONG"') && run.limitsReached > 0;
      // An error that code left behind fails its run: no code sees it.
      if (stored.startsWith('failed') && stored.includes('"FORGOTTEN_PROMISE"')) return;
      if (isCutOff && replayed === 'going-on') return;
      if (replayed !== stored) violate(`the table says: ${stored}; a replay says: ${replayed}`);
    },
  };
}

/** Code that does not follow asked for something else, before there was anything to follow. */
export function wasMisled({ commands }: RunLedger): boolean {
  return [...commands.values()].some(isOfOtherCode);
}

export function endText({ status, result }: NonNullable<RunLedger['end']>): string {
  return `${status} ${textOf(result)}`;
}

/** An engine that has what the run's ledger has, and does nothing. */
function createReader(run: RunLedger, code: Code, nowMs: number, strict: boolean): Engine {
  return {
    ...DEFAULT_SETTINGS,
    maxValueBytes: Infinity,
    strict,
    version: code.version,
    registry: withOwnWorkflows(code.registry),
    store: { readValue: async (_runId: string, key: string) => run.values.get(key) ?? run.input } as unknown as Store,
    wakes: { send: async () => undefined },
    clock: { nowMs: () => nowMs, callAt: () => () => undefined },
    operations: { carryOut: () => never(), send: () => never() },
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    newNonce: () => 'reader',
    newSeed: () => 'reader',
    random: () => 0.5,
    turnOfTheLoop: undefined,
    errorsToShow: undefined,
    callBody: callOwnBody,
    observe: nothing,
    pin: undefined,
    publicUrl: undefined,
    frames: undefined,
    interceptors: undefined,
    callSiteKeepers: new CallSiteKeepers(),
    events: undefined,
  };
}

function nothing(): void {}

function never(): Promise<never> {
  throw new Error('a reader does nothing to other runs');
}

function toText(outcome: Outcome, workflow: string): string {
  switch (outcome.kind) {
    case 'going-on':
      return outcome.kind;
    case 'completed':
      return `completed ${textOf(encode(outcome.value, `the result of ${workflow}`))}`;
    case 'continued':
      return `${outcome.kind} with ${textOf(outcome.input)}`;
    case 'failed':
    case 'cancelled':
    case 'terminated':
      return `${outcome.kind} ${textOf(encodeError(toError(outcome.error), `the error of ${workflow}`))}`;
  }
}

/** As stored, without the stacks of errors: they show who called. */
function textOf(encoded: Encoded | undefined): string {
  if (encoded === undefined) return 'nothing';
  return JSON.stringify(encoded, (key, value: unknown) => (key === 'stack' ? undefined : value));
}
