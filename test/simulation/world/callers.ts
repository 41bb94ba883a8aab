/**
 * Those who use the client: they start runs and send messages, wait a while, try again when they heard nothing, die in
 * the middle of a call and come back. They remember what they were told, for the oracle.
 */
import { Client } from '../../../lib/client/client.ts';
import type { IdSource } from '../../../lib/client/identifiers.ts';
import { LullError } from '../../../lib/core/errors.ts';
import { RunNotFoundError } from '../../../lib/core/run-errors.ts';
import type { Logger } from '../../../lib/core/logger.ts';
import type { AnyWorkflow } from '../../../lib/core/workflow.ts';
import { createRegistry, type WorkflowRegistry } from '../../../lib/core/workflow-registry.ts';
import { createQueryEngine } from '../../../lib/engine/query-engine.ts';
import { createApi } from '../../../lib/http/api.ts';
import type { FirstTurns } from '../../../lib/ports/first-turns.ts';
import { act, type Action, type ActsWith, noStepYet } from './act.ts';
import { actOverHttp } from './act-over-http.ts';
import { meaningOf, type RunSeen } from './answers.ts';
import type { Dice } from './dice.ts';
import type { Network } from './network.ts';
import { SimulatedProcess } from './simulated-process.ts';
import type { Timeline } from './timeline.ts';

/** What a caller was told of an action. */
export interface Told {
  readonly runId: string;
  readonly action: Action;
  attempts: number;
  /** `accepted` and `refused` are promises; `unknown`: some attempt was never answered, none was accepted. */
  outcome: 'under-way' | 'accepted' | 'refused' | 'unknown';
  /** Some attempt had no answer, so it may have been accepted. */
  hasUnanswered: boolean;
  error: unknown;
  /** When its first attempt began, and when the last one was over. */
  readonly beganAtMs: number;
  endedAtMs: number;
  /** Of updates and queries: what was answered, each time, or the code of the error. */
  readonly answers: Answer[];
}

export type Answer = { readonly value: unknown } | { readonly code: string };

export interface CallersOptions {
  readonly timeline: Timeline;
  readonly network: Network;
  readonly dice: Dice;
  readonly log: Logger;
  readonly workflows: ReadonlyMap<string, AnyWorkflow>;
  readonly tokenOf: ActsWith['tokenOf'];
  readonly stepIdOf: ActsWith['stepIdOf'];
  readonly seeRun: (runId: string) => RunSeen;
  /** The engine of a caller that takes the first turns of the runs that it starts. */
  readonly firstTurnsFor: (process: SimulatedProcess) => FirstTurns;
  readonly clockErrorMs: (caller: string) => number;
  readonly onError: (caller: string, error: unknown) => void;
}

const READS: ReadonlySet<Action['do']> = new Set(['query', 'read', 'read-stream']);
const PAUSE_MS = 3_000;
const SCHEDULE_PATIENCE_MS = 60_000;
/** Who was told that there is no answer yet asks again later each time: a run may be blocked for as long as faults last. */
const LONGEST_PAUSE_MS = 600_000;

export class Callers {
  readonly #options: CallersOptions;
  readonly told: Told[] = [];
  readonly #unanswered = new Set<string>();
  readonly #refusedWhileOpen = new Set<string>();
  readonly #registry: WorkflowRegistry;
  readonly #readers = new Set<string>();
  readonly #toldOf = new Map<string, Told>();
  #started = 0;
  #atWork = 0;

  constructor(options: CallersOptions) {
    this.#options = options;
    this.#registry = createRegistry([...options.workflows.values()]);
  }

  /** Whether all of them have done what they were to do. */
  get areDone(): boolean {
    return this.#atWork === 0;
  }

  /** Whether a caller died in the middle of its call, or was not answered. */
  isDead(caller: string): boolean {
    return this.#unanswered.has(caller);
  }

  /** What a caller was to do. */
  toldOf(caller: string): Told | undefined {
    return this.#toldOf.get(caller);
  }

  /** Whether it only asked a query, or a read of an entity. */
  isReader(caller: string): boolean {
    return this.#readers.has(caller);
  }

  /** Whether some call about the run was not answered. */
  wasUnanswered(runId: string): boolean {
    return this.told.some((told) => told.runId === runId && told.hasUnanswered);
  }

  /** Whether some message to the run was refused for now. */
  wasRefusedWhileOpen(runId: string): boolean {
    return this.#refusedWhileOpen.has(runId);
  }

  begin(runId: string, actions: readonly Action[], startAtMs: number): void {
    this.#atWork += 1;
    this.#goOn(runId, actions, startAtMs);
  }

  #goOn(runId: string, actions: readonly Action[], fromMs: number): void {
    const [action, ...rest] = actions;
    if (action === undefined) {
      this.#atWork -= 1;
      return;
    }
    this.#options.timeline.at(fromMs + action.waitMs, () => {
      const told: Told = {
        runId,
        action,
        attempts: 0,
        outcome: 'under-way',
        hasUnanswered: false,
        beganAtMs: this.#options.timeline.nowMs,
        endedAtMs: Infinity,
        error: undefined,
        answers: [],
      };
      this.told.push(told);
      this.#attempt(told, () => this.#goOn(runId, rest, this.#options.timeline.nowMs));
    });
  }

  /** Each attempt is a process of its own. */
  #attempt(told: Told, onEnd: () => void): void {
    const { timeline, clockErrorMs } = this.#options;
    this.#started += 1;
    told.attempts += 1;
    const name = `caller-${this.#started}`;
    this.#toldOf.set(name, told);
    if (READS.has(told.action.do)) this.#readers.add(name);
    const process = new SimulatedProcess(name, timeline, clockErrorMs(name));
    let isOver = false;
    const over = (how: 'accepted' | 'refused' | 'unanswered', mayTryAgain: boolean, isTooEarly = false): void => {
      if (isOver) return;
      isOver = true;
      if (how === 'unanswered') told.hasUnanswered = true;
      if (how === 'unanswered') this.#unanswered.add(name);
      if (mayTryAgain && told.action.persists) {
        const pauseMs = isTooEarly ? Math.min(PAUSE_MS * 2 ** (told.attempts - 1), LONGEST_PAUSE_MS) : PAUSE_MS;
        timeline.after(pauseMs, () => this.#attempt(told, onEnd));
        return;
      }
      told.endedAtMs = timeline.nowMs;
      told.outcome = how === 'unanswered' || (how === 'refused' && told.hasUnanswered) ? 'unknown' : how;
      onEnd();
    };
    // Who has no answer from a schedule gives that attempt up, as a request does that takes too long.
    if (told.action.do === 'schedule') timeline.after(SCHEDULE_PATIENCE_MS, () => process.die());
    process.onDeath(() => {
      over('unanswered', true);
    });
    this.#act(process, told).then(
      (value) => {
        told.answers.push({ value });
        over('accepted', false);
      },
      (error: unknown) => {
        const code = error instanceof LullError ? error.code : '';
        told.error = error;
        const { attempts } = told;
        const meaning = meaningOf(error, told.action, { ...this.#options.seeRun(told.runId), attempts });
        if (meaning === 'passing') this.#refusedWhileOpen.add(told.runId);
        if (meaning === 'final') told.answers.push({ code });
        if (meaning === 'odd') this.#options.onError(name, error);
        if (meaning === 'unanswered') over('unanswered', true);
        else over('refused', meaning === 'passing' || meaning === 'slowly', meaning === 'slowly');
      },
    );
  }

  #act(process: SimulatedProcess, { runId, action }: Told): Promise<unknown> {
    const { workflows, log, tokenOf, stepIdOf } = this.#options;
    const client = this.#clientFor(process, action.do === 'start' && action.takesFirstTurn === true);
    const isClients = action.do === 'bulk' || action.do === 'schedule';
    if (action.isOverHttp !== true || isClients) return act(client, runId, action, { workflows, tokenOf, stepIdOf });
    const api = createApi({ client, workflows: [...workflows.keys()], log });
    const token = action.do === 'complete' ? tokenOf(runId, action.name) : undefined;
    if (action.do === 'complete' && token === undefined) return Promise.reject(new RunNotFoundError(runId));
    const stepId = action.do === 'fork' ? stepIdOf(runId, action.before) : undefined;
    if (action.do === 'fork' && stepId === undefined) return Promise.reject(noStepYet(runId, action.before));
    return actOverHttp(api, { runId, action, token, stepId }, () => `${process.name}-request`);
  }

  #clientFor(process: SimulatedProcess, takesFirstTurns: boolean): Client {
    const { network, log, firstTurnsFor } = this.#options;
    let drawn = 0;
    const ids: IdSource = {
      runId: () => `${process.name}-run-${(drawn += 1)}`,
      messageId: () => `${process.name}-${(drawn += 1)}`,
    };
    const store = network.storeFor(process);
    const { clock } = process;
    return new Client({
      workflows: [...this.#options.workflows.values()],
      queries: createQueryEngine({ registry: this.#registry, store, clock, log }).answerQuery,
      store,
      wakes: network.wakesFor(process),
      clock,
      log,
      ids,
      firstTurns: takesFirstTurns ? firstTurnsFor(process) : undefined,
    });
  }
}
