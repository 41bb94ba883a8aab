/** The simulated cloud: all its parts, put together as a plan says. */
import type { Logger } from '../../../lib/core/logger.ts';

import { Oracle } from '../oracle/oracle.ts';
import { replayRule, wasMisled } from '../oracle/replay-rule.ts';
import type { Rule, Seen } from '../oracle/rule.ts';
import type { Plan, RunPlan } from '../plan.ts';
import { workflows, workflowsKnowing } from '../workloads/all-workloads.ts';
import { Callers } from './callers.ts';
import { CodeDeaths } from './code-deaths.ts';
import { Deployments } from './deployments.ts';
import { Dice } from './dice.ts';
import { Encryption } from './encryption.ts';
import { SimulatedEventBus } from './event-bus.ts';
import { EventStarts } from './event-starts.ts';
import { Faults } from './faults.ts';
import { Fleet } from './fleet.ts';
import { Incidents } from './incidents.ts';
import { LeftErrors } from './left-errors.ts';
import { Network } from './network.ts';
import { Queue } from './queue.ts';
import { StepBodies } from './step-bodies.ts';
import { Sweeper } from './sweeper.ts';
import { Table } from './table.ts';
import { Timeline } from './timeline.ts';

/** 2030-01-01T00:00:00Z. */
const START_MS = 1_893_456_000_000;

export class Cloud {
  readonly startMs = START_MS;
  readonly timeline = new Timeline(START_MS);
  readonly faults: Faults;
  readonly table: Table;
  readonly oracle: Oracle;
  readonly fleet: Fleet;
  readonly callers: Callers;
  readonly bodies: StepBodies;
  readonly deaths: CodeDeaths;
  readonly sweeper: Sweeper;
  readonly bus: SimulatedEventBus | undefined;
  readonly #plan: Plan;
  readonly #log: string[] = [];
  #seenOnce: Seen | undefined;

  constructor(plan: Plan, rules: readonly Rule[]) {
    const { weather, seed } = plan;
    const { timeline } = this;
    const leaseMs = weather.settings.leaseMs ?? 30_000;
    const dice = new Dice(seed).named('world');
    this.#plan = plan;
    this.faults = new Faults(weather.rates, dice.named('faults'), plan.kept && new Set(plan.kept));
    const deployments = new Deployments(workflowsKnowing, (runId) => wasMisled(this.table.ledger.of(runId)));
    this.oracle = new Oracle([...rules, replayRule((run) => deployments.lastFor({ misled: wasMisled(run) }))], () =>
      this.#seen(),
    );
    const encryption =
      weather.payloadKey &&
      new Encryption((call, found) => this.#complain('a value is stored in clear', call.runId ?? '', found));
    this.table = new Table(timeline, (run, call) => this.oracle.sawCall(run, call), {
      ...{ encryption, hasBucket: weather.hasBucket },
    });
    const { faults, table } = this;
    encryption?.plan({
      ...{ timeline, faults, table, startMs: START_MS, weather, dice: dice.named('rotation') },
      onProblem: (problem) => this.#complain('a key cannot be replaced', '', problem),
    });
    const incidents = new Incidents({
      ...{ timeline, faults, weather, dice: dice.named('incidents'), startMs: START_MS },
      nextCode: (kind) => deployments.next(kind),
    });
    const { batchSize, visibilityMs, latencyMs } = weather;
    const isBlackedOut = (): boolean => incidents.isBlackedOut;
    const newQueue = (): Queue => new Queue({ timeline, faults, batchSize, visibilityMs, leaseMs, isBlackedOut });
    const queue = newQueue();
    const outageShare = (): number => incidents.outageShare;
    const network = new Network({ timeline, faults, table, queue, latencyMs, leaseMs, outageShare });
    this.bodies = new StepBodies({
      ...{ timeline, faults, leaseMs },
      triesOf: (runId) => table.ledger.of(runId).reopened.length,
      onBegin: (process, body) => this.oracle.sawBody(process, body, table.ledger.of(body.runId)),
    });
    this.deaths = new CodeDeaths({ timeline, faults, ledgerOf: (runId) => table.ledger.of(runId) });
    const errors = new LeftErrors({
      timeline,
      onUnowned: (by) => this.#complain('an error that code left behind ends its worker', '', by),
    });
    const parts = {
      ...{ timeline, network, log: this.#logger() },
      clockErrorMs: (process: string) => incidents.clockErrorMs(process),
    };
    const eventStarts = new EventStarts({
      ...{ ...parts, faults, workflows },
      onError: (error) => this.#complain('an event started no run', '', error),
    });
    this.bus =
      weather.bus &&
      new SimulatedEventBus({
        ...{ timeline, faults, weather: weather.bus, startMs: START_MS },
        onHeard: (event) => {
          this.oracle.sawEvent(event, table.ledger.of(event.detail.runId));
          eventStarts.deliver(event);
        },
      });
    this.fleet = new Fleet(
      {
        ...{
          ...parts,
          queue,
          putEvents: this.bus?.put,
          bodies: this.bodies,
          deaths: this.deaths,
          errors,
          dice: dice.named('fleet'),
          settings: weather.settings,
        },
        ...{ mostWorkers: weather.workers, invocationLimitMs: weather.invocationLimitMs, warmth: weather.warmth },
        ...{ newQueue, isPinned: weather.pinned !== undefined },
        // Whoever runs the cloud sees to it that no version keeps runs that it cannot follow.
        onBlocked: (code) => (faults.areOver ? this.fleet.delete(code) : undefined),
        onError: (worker, runId, error) => this.#complain(`${worker} failed in a turn`, runId, error),
      },
      deployments.last,
    );
    this.callers = new Callers({
      ...{ ...parts, workflows, dice: dice.named('callers') },
      tokenOf: (runId, name) => table.ledger.of(runId).tokenOf(name),
      stepIdOf: (runId, name) => table.ledger.of(runId).stepIdOf(name),
      firstTurnsFor: (process) => this.fleet.firstTurnsFor(process),
      seeRun: (runId) => {
        const { created, isPurged, isDeleted, end } = table.ledger.of(runId);
        return { isCreated: created !== undefined, isGone: isPurged || isDeleted, endedAs: end?.status };
      },
      onError: (caller, error) => this.#complain(`${caller} was told something odd`, '', error),
    });
    this.sweeper = new Sweeper({
      ...{ ...parts, table, periodMs: weather.sweepPeriodMs },
      onError: (error) => this.#complain('a sweep failed', '', error),
    });
    incidents.plan(this.fleet);
    timeline.at(START_MS + weather.faultsEndAtMs, () => incidents.end(this.fleet));
    for (const { runId, startAtMs, callers } of plan.runs) {
      for (const actions of callers) this.callers.begin(runId, actions, START_MS + startAtMs);
    }
  }

  /** Until nothing will happen any more, or a rule was broken. */
  async untilItRests(mostThings: number): Promise<void> {
    const { timeline, sweeper, oracle } = this;
    while (oracle.violations.length === 0) {
      const nextMs = timeline.nextAtMs();
      const sweepMs = sweeper.nextAtMs();
      if (sweepMs !== undefined && (nextMs === undefined || sweepMs <= nextMs)) {
        timeline.at(sweepMs, () => sweeper.begin());
      } else if (nextMs === undefined) return;
      await timeline.step();
      if (timeline.happened >= mostThings) {
        oracle.complain('everything comes to rest', '', `after ${mostThings} things that happened, more are to come`);
      }
    }
  }

  async judgeTheEnd(): Promise<void> {
    const { oracle, table } = this;
    const { ledger } = table;
    const planned = this.#plan.runs.map(({ runId }) => ledger.of(runId));
    const others = [...ledger.runs.values()].filter((run) => run.created !== undefined && !planned.includes(run));
    for (const run of [...ledger.former, ...planned, ...others]) {
      if (oracle.violations.length === 0) await oracle.judgeTheEnd(run);
    }
  }

  /** What was logged, for a failure's report. */
  get log(): readonly string[] {
    return this.#log;
  }

  /** One object for all: it is asked for at each call. */
  #seen(): Seen {
    return (this.#seenOnce ??= this.#lookAround());
  }

  #lookAround(): Seen {
    const { table, fleet, callers, bodies, deaths, timeline, bus } = this;
    return {
      ...{ plan: this.#plan, table, fleet, callers, bodies: bodies.book, deaths, bus },
      get nowMs() {
        return timeline.nowMs;
      },
      faultsEndedAtMs: START_MS + this.#plan.weather.faultsEndAtMs,
      faultNames: this.faults.happened,
      isDead: (caller) => callers.isDead(caller),
      planOf: (runId) => findPlan(this.#plan, runId),
    };
  }

  #complain(what: string, runId: string, error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.oracle.complain('nothing fails but the world', runId, `${what}: ${text}`);
  }

  #logger(): Logger {
    const write =
      (level: string) =>
      (...values: unknown[]) => {
        if (this.#log.length < 2_000)
          this.#log.push(`${Math.round(this.timeline.nowMs - START_MS)} ${level} ${values.map(text).join(' ')}`);
      };
    return { debug: () => undefined, info: write('info'), warn: write('warn'), error: write('error') };
  }
}

/** Runs that belong to a plan have the id of its run, with something behind it. */
function findPlan({ runs }: Plan, runId: string): RunPlan | undefined {
  const isOwn = (own: string): boolean => runId.startsWith(`${own}.`) || runId.startsWith(`${own}-`);
  return (
    runs.find((run) => run.runId === runId) ?? runs.find((run) => isOwn(run.runId.replace(/^lull\.schedule:/, '')))
  );
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return value.message;
  return JSON.stringify(value, (_key, inner: unknown) => (inner instanceof Error ? inner.message : inner));
}
