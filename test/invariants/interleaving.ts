/**
 * Several workers and senders on one run, interleaved at every call to the table in an order that a seed decides; time
 * passes in between, so that leases run out under workers that were held up.
 *
 * What must hold at every moment is checked while they go on: each of these is an Error that says so.
 */
import type { Run } from 'lull/client';
import { toIdempotencyKey } from '../../lib/engine/run-seed.ts';
import { createPrng } from '../../lib/core/prng.ts';
import { definitionOf } from '../../lib/core/workflow.ts';
import { callStepBody, type StepCommand } from '../../lib/core/command.ts';
import type { StepContext } from '../../lib/core/step.ts';
import type { JournalRecord } from '../../lib/journal/record.ts';
import { isClosed } from '../../lib/core/run-status.ts';
import type { RunItem } from '../../lib/ports/run-item.ts';
import type { ReleaseLeaseResult } from '../../lib/ports/store.ts';
import type { Around, StoreCall } from '../../lib/testing/around-store.ts';
import { promisesToGoOn, SmallCloud, type Worker, type Workflows } from '../engine/small-cloud.ts';

export interface Interleaving {
  readonly seed: number;
  readonly workflows: Workflows;
  readonly input?: unknown;
  readonly workers?: number;
  /** Each begins at a time of its own. What it throws is given back. */
  readonly senders?: readonly ((run: Run<unknown>) => Promise<unknown>)[];
}

export interface Interleaved {
  readonly run: RunItem;
  readonly result: unknown;
  readonly records: readonly JournalRecord[];
  /** Ids of messages, in the order in which they were accepted. */
  readonly accepted: readonly string[];
  readonly senders: readonly PromiseSettledResult<unknown>[];
  /** Idempotency keys of the bodies that were begun, in order. */
  readonly begun: readonly { readonly name: string; readonly key: string }[];
  readonly turns: number;
  /** How often a turn failed to write a record because another had. */
  readonly conflicts: number;
}

/** More than any interleaving takes whose workers go on at all. */
const LONGEST = 20_000;

/** Those who send are one actor: each of their calls may be overtaken by another. */
const SENDERS = -1;

export async function interleave(options: Interleaving): Promise<Interleaved> {
  const playing = new Play(options);
  return await playing.toItsEnd();
}

interface Held {
  readonly actor: number;
  readonly letGo: () => void;
}

class Play {
  readonly #options: Interleaving;
  readonly #random: () => number;
  readonly #cloud: SmallCloud;
  readonly #workers: { readonly worker: Worker; isBusy: boolean }[];
  /** Calls that wait for their turn, and whose they are. */
  readonly #held: Held[] = [];
  /** Who is held up, as by a long garbage collection, and for how many moves. */
  readonly #stalled = new Map<number, number>();
  readonly #journal = new Map<number, JournalRecord>();
  readonly #accepted: string[] = [];
  readonly #begun: { name: string; key: string }[] = [];
  readonly #problems: Error[] = [];
  #turns = 0;
  #conflicts = 0;

  constructor(options: Interleaving) {
    this.#options = options;
    this.#random = createPrng(`interleaving ${options.seed}`);
    this.#cloud = new SmallCloud(options.workflows, { aroundClient: this.#hold(SENDERS) });
    this.#workers = Array.from({ length: options.workers ?? 2 }, (_, actor) => ({
      worker: this.#createWorker(actor),
      isBusy: false,
    }));
  }

  async toItsEnd(): Promise<Interleaved> {
    const { senders = [], workflows, input } = this.#options;
    const starting = this.#cloud.client.start(definitionOf(workflows[0]!).name, input);
    const run = await this.#until(starting);
    const waiting = [...senders];
    const sending: Promise<unknown>[] = [];
    for (let count = 0; ; count += 1) {
      await promisesToGoOn();
      if (this.#problems.length > 0) throw this.#problems[0]!;
      if (count > LONGEST) throw new Error(`the run has not ended after ${LONGEST} moves: it is stuck`);
      const now = await this.#cloud.run(run.id);
      if (isClosed(now.status) && waiting.length === 0 && this.#held.length === 0 && this.#areIdle()) break;
      const move = this.#random();
      if (move < 0.05 && waiting.length > 0) sending.push(waiting.shift()!(run).catch(rethrowLater));
      else if (move < 0.15 || this.#movable().length === 0) this.#beginTurn(run.id, now);
      else if (move < 0.2) this.#cloud.pass(Math.floor(this.#random() * 20_000));
      else if (move < 0.22) this.#stall();
      else this.#letOneGo();
      this.#goOnStalling();
    }
    return {
      run: await this.#cloud.run(run.id),
      result: await this.#until(run.result({ timeout: 0 }).catch((error: unknown) => error)),
      records: await this.#cloud.records(run.id),
      accepted: this.#accepted,
      senders: (await Promise.allSettled(sending)).map(unwrap),
      begun: this.#begun,
      turns: this.#turns,
      conflicts: this.#conflicts,
    };
  }

  #areIdle(): boolean {
    return this.#workers.every(({ isBusy }) => !isBusy);
  }

  #beginTurn(runId: string, now: RunItem): void {
    const idle = this.#workers.filter(({ isBusy }) => !isBusy);
    const chosen = idle[Math.floor(this.#random() * idle.length)];
    // With nobody to go on, or nothing due, only time helps.
    if (this.#movable().length === 0) this.#letTimePass(now);
    if (chosen === undefined || isClosed(now.status)) return;
    chosen.isBusy = true;
    this.#turns += 1;
    const over = (): void => {
      chosen.isBusy = false;
    };
    chosen.worker.turn(runId).then(over, (error: unknown) => {
      this.#problems.push(error as Error);
      over();
    });
  }

  #letTimePass({ dueAtMs, lease }: RunItem): void {
    const { clock } = this.#cloud;
    const times = [clock.nextAtMs(), dueAtMs, lease?.expiresAtMs].filter(
      (ms) => ms !== undefined && ms > clock.nowMs(),
    );
    const isAnyoneStalled = this.#stalled.size > 0 || times.length === 0;
    this.#cloud.pass(isAnyoneStalled ? 1_000 : Math.min(...(times as number[])) - clock.nowMs());
  }

  #letOneGo(): void {
    const movable = this.#movable();
    const chosen = movable[Math.floor(this.#random() * movable.length)];
    if (chosen === undefined) return;
    this.#held.splice(this.#held.indexOf(chosen), 1);
    chosen.letGo();
  }

  #movable(): Held[] {
    return this.#held.filter(({ actor }) => !this.#stalled.has(actor));
  }

  #stall(): void {
    this.#stalled.set(Math.floor(this.#random() * this.#workers.length), 10 + Math.floor(this.#random() * 80));
    this.#cloud.pass(31_000);
  }

  #goOnStalling(): void {
    for (const [actor, moves] of this.#stalled) {
      if (moves === 0) this.#stalled.delete(actor);
      else this.#stalled.set(actor, moves - 1);
    }
  }

  async #until<T>(promise: Promise<T>): Promise<T> {
    let isOver = false;
    void promise.finally(() => (isOver = true));
    while (!isOver) {
      this.#letOneGo();
      await promisesToGoOn();
    }
    return promise;
  }

  /** Each call waits before it is carried out, and its answer waits again. */
  #hold(actor: number): Around {
    const itsTurn = (): Promise<void> => new Promise((letGo) => this.#held.push({ actor, letGo }));
    return async (call, go) => {
      await itsTurn();
      const answer = await go();
      this.#look(call, answer);
      await itsTurn();
      return answer;
    };
  }

  #look({ operation, args }: StoreCall, answer: unknown): void {
    if (operation === 'accept' && (answer as { kind: string }).kind === 'accepted') {
      const id = args[1] as string;
      if (!this.#accepted.includes(id)) this.#accepted.push(id);
    }
    if (operation === 'putRecord' && (answer as { kind: string }).kind === 'put') {
      const record = args[1] as JournalRecord;
      if (this.#journal.has(record.number)) this.#problems.push(new Error(`record ${record.number} was written twice`));
      this.#journal.set(record.number, record);
    }
  }

  #createWorker(actor: number): Worker {
    const hold = this.#hold(actor);
    let hasLost = false;
    const around: Around = async (call, go) => {
      if (call.operation === 'take') hasLost = false;
      const answer = await hold(call, go);
      if (call.operation === 'putRecord') {
        const put = answer as { kind: string; record?: JournalRecord };
        const mine = (call.args[1] as JournalRecord).nonce;
        if (put.kind === 'exists' && put.record?.nonce !== mine) {
          this.#conflicts += 1;
          // A fence is tried again behind what was written before it; every other record means that the turn is over.
          const [first] = (call.args[1] as JournalRecord).entries;
          hasLost = first?.kind !== 'taken-over' && first?.kind !== 'started';
        } else if (hasLost) this.#problems.push(new Error('a turn wrote a record after it had failed to write one'));
      }
      const isGone = (call.operation === 'release' || call.operation === 'finish') && hasLost;
      if (isGone && (answer as ReleaseLeaseResult).kind === 'done') {
        this.#problems.push(new Error(`a turn did its ${call.operation} after it had failed to write a record`));
      }
      return answer;
    };
    return this.#cloud.worker({ around, callBody: (command, context) => this.#callBody(command, context) });
  }

  /** Nothing outside happens before the record that led to it is durable (I3). */
  #callBody(command: StepCommand, context: StepContext): unknown {
    const key = context.idempotencyKey;
    const entries = [...this.#journal.values()].flatMap((record) => record.entries);
    const seed = entries.find((entry) => entry.kind === 'started')?.seed;
    const isRecorded = entries.some(
      (entry) => entry.kind === 'step' && key === toIdempotencyKey(context.runId, seed, entry.id),
    );
    if (!isRecorded) this.#problems.push(new Error(`step "${command.name}" began before its record was written`));
    this.#begun.push({ name: command.name, key });
    return callStepBody(command, context);
  }
}

/** Kept for `allSettled`, without an unhandled rejection before. */
class Thrown {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

function rethrowLater(error: unknown): Thrown {
  return new Thrown(error);
}

function unwrap(settled: PromiseSettledResult<unknown>): PromiseSettledResult<unknown> {
  if (settled.status === 'fulfilled' && settled.value instanceof Thrown) {
    return { status: 'rejected', reason: settled.value.error };
  }
  return settled;
}
