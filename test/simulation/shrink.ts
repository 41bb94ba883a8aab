/** Makes a plan that fails smaller, as long as it fails against the same rule. */
import type { RunPlan, Plan } from './plan.ts';
import { type Report, simulate } from './simulate.ts';
import { CALM } from './world/weather.ts';
import { workloadOf } from './workloads/all-workloads.ts';

export interface Shrunk {
  readonly plan: Plan;
  readonly report: Report;
  readonly attempts: number;
}

export interface ShrinkOptions {
  readonly mostAttempts: number;
  /** Asked of each plan that fails: whether it may be kept. */
  readonly isSound?: (plan: Plan) => Promise<boolean>;
}

export async function shrink(plan: Plan, report: Report, options: ShrinkOptions): Promise<Shrunk> {
  const shrinker = new Shrinker(plan, report, options);
  await shrinker.shrink();
  return shrinker;
}

class Shrinker implements Shrunk {
  plan: Plan;
  report: Report;
  attempts = 0;
  readonly #rule: string | undefined;
  readonly #mostAttempts: number;
  readonly #isSound: (plan: Plan) => Promise<boolean>;

  constructor(plan: Plan, report: Report, { mostAttempts, isSound = () => Promise.resolve(true) }: ShrinkOptions) {
    this.plan = plan;
    this.report = report;
    this.#rule = report.violation?.rule;
    this.#mostAttempts = mostAttempts;
    this.#isSound = isSound;
  }

  async shrink(): Promise<void> {
    await this.#try({ ...this.plan, kept: this.report.faults });
    for (let before = ''; before !== JSON.stringify(this.plan) && this.#hasTime();) {
      before = JSON.stringify(this.plan);
      await this.#dropRuns();
      await this.#dropFaults();
      await this.#calmDown();
      await this.#dropActions();
      await this.#shrinkRuns();
    }
  }

  #hasTime(): boolean {
    return this.attempts < this.#mostAttempts;
  }

  /** Keeps the smaller plan if it fails as the larger did. */
  async #try(plan: Plan): Promise<boolean> {
    if (!this.#hasTime() || (areStarted(this.plan) && !areStarted(plan))) return false;
    this.attempts += 1;
    const report = await simulate(plan);
    if (report.violation?.rule !== this.#rule || !(await this.#isSound(plan))) return false;
    this.plan = plan.kept === undefined ? plan : { ...plan, kept: report.faults };
    this.report = report;
    return true;
  }

  async #dropRuns(): Promise<void> {
    for (const run of this.plan.runs) {
      if (this.plan.runs.length === 1) return;
      await this.#try({ ...this.plan, runs: this.plan.runs.filter(({ runId }) => runId !== run.runId) });
    }
  }

  /** Half of them, a quarter, ..., one. */
  async #dropFaults(): Promise<void> {
    for (let size = this.#faults().length; size >= 1; size = size >> 1) {
      for (let from = 0; from < this.#faults().length && this.#hasTime();) {
        const faults = this.#faults();
        const kept = [...faults.slice(0, from), ...faults.slice(from + size)];
        if (!(await this.#try({ ...this.plan, kept }))) from += size;
      }
    }
  }

  #faults(): readonly string[] {
    return this.plan.kept ?? this.report.faults;
  }

  async #calmDown(): Promise<void> {
    const { weather } = this.plan;
    for (const [name, value] of Object.entries(CALM) as [string, unknown][]) {
      if (name === 'rates' || name === 'incidents' || name === 'settings' || name === 'faultsEndAtMs') continue;
      if (weather[name as keyof typeof CALM] === value) continue;
      await this.#try({ ...this.plan, weather: { ...this.plan.weather, [name]: value } });
    }
    for (const name of Object.keys(weather.settings)) {
      if (name === 'strict') continue;
      const settings = Object.fromEntries(
        Object.entries(this.plan.weather.settings).filter(([other]) => other !== name),
      );
      await this.#try({ ...this.plan, weather: { ...this.plan.weather, settings } });
    }
  }

  async #dropActions(): Promise<void> {
    for (const [index, run] of this.plan.runs.entries()) {
      for (let caller = run.callers.length - 1; caller >= 0; caller -= 1) {
        const callers = (this.plan.runs[index] as RunPlan).callers;
        if (await this.#try(this.#with(index, { callers: callers.filter((_, other) => other !== caller) }))) continue;
        for (let action = (callers[caller]?.length ?? 0) - 1; action >= 0; action -= 1) {
          const { callers: now } = this.plan.runs[index] as RunPlan;
          const actions = now[caller]?.filter((_, other) => other !== action) ?? [];
          await this.#try(this.#with(index, { callers: now.with(caller, actions) }));
        }
      }
    }
  }

  async #shrinkRuns(): Promise<void> {
    for (const index of this.plan.runs.keys()) {
      for (let isSmaller = true; isSmaller && this.#hasTime();) {
        isSmaller = false;
        const run = this.plan.runs[index] as RunPlan;
        for (const smaller of workloadOf(run.workload).smaller?.(run) ?? []) {
          if (!(await this.#try(this.#with(index, smaller)))) continue;
          isSmaller = true;
          break;
        }
      }
    }
  }

  #with(index: number, change: Partial<RunPlan>): Plan {
    const run = { ...(this.plan.runs[index] as RunPlan), ...change };
    return { ...this.plan, runs: this.plan.runs.with(index, run) };
  }
}

/** Who sends to a run that nobody starts asks for it for ever. */
function areStarted({ runs }: Plan): boolean {
  return runs.every(({ callers }) => callers.flat().some((action) => action.do === 'start'));
}
