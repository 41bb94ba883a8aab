/**
 * Those who call the client: an API, a script. When one of them dies in the middle of a call, the call is made again
 * with the same ids, as a caller does that retries with an idempotency key.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { IdSource } from '../client/identifiers.ts';
import { type Around, isWrite } from './around-store.ts';
import { never } from './cloud-process.ts';
import type { CrashPoints } from './crash-points.ts';

/** One call, from its first attempt on. */
interface Call {
  readonly of: Callers;
  /** The call of another engine's client that this one is part of. */
  readonly within: Call | undefined;
  /** What its ids were, in order: an attempt that follows takes the same. */
  readonly ids: string[];
  drawn: number;
  isAlive: boolean;
  /** Made again by a caller that missed the answer. */
  readonly isRepeat: boolean;
  /** What dies with it. */
  dieWithIt: (() => void) | undefined;
  die(): void;
}

export interface CallersOptions {
  readonly ids: IdSource;
  readonly points: CrashPoints;
  /** Make every call again, at once and later. */
  readonly repeat: boolean;
}

/**
 * One for all engines: Node 20 and 22 ask each storage that was ever used at each new promise, so that one for each engine
 * makes a process slower with every engine that it has had.
 */
const calls = new AsyncLocalStorage<Call>();

export class Callers {
  readonly #options: CallersOptions;
  #repeats: (() => Promise<void>)[] = [];
  readonly #inFirstTurns = new Set<Call>();

  constructor(options: CallersOptions) {
    this.#options = options;
  }

  /** For the client: the same ids in each attempt of a call. */
  readonly ids: IdSource = {
    runId: (nowMs) => this.#draw(() => this.#options.ids.runId(nowMs)),
    messageId: () => this.#draw(() => this.#options.ids.messageId()),
  };

  /** To be put around the calls that the client makes to the store. */
  readonly around: Around = async (storeCall, go) => {
    const call = this.#current();
    if (call === undefined || !isWrite(storeCall)) return go();
    if (!call.isAlive) return never();
    const point = this.#options.points.next(storeCall.operation, storeCall.runId ?? '');
    if (point.crashesBefore) {
      call.die();
      return never();
    }
    const answer = await go();
    if (point.after()) {
      call.die();
      return never();
    }
    return answer;
  };

  /** Makes a call of the client, until one attempt comes to its end. */
  async call<T>(operation: () => Promise<T>): Promise<T> {
    const ids: string[] = [];
    const result = await this.#untilItEnds(ids, operation);
    if (this.#options.repeat) {
      await this.#again(ids, operation);
      this.#repeats.push(() => this.#again(ids, operation));
    }
    return result;
  }

  /** Whether the call that goes on is made again, though it had its answer. */
  get isRepeating(): boolean {
    return this.#current()?.isRepeat === true;
  }

  /** A turn that is taken by the caller: it dies with its call. */
  async firstTurn<T>(die: () => void, take: () => Promise<T>): Promise<T> {
    const call = this.#current();
    if (call === undefined) return take();
    call.dieWithIt = die;
    this.#inFirstTurns.add(call);
    try {
      return await take();
    } finally {
      this.#inFirstTurns.delete(call);
      call.dieWithIt = undefined;
    }
  }

  /** Where everything dies, those die that are in a turn. */
  dieInFirstTurns(): void {
    for (const call of this.#inFirstTurns) call.die();
    this.#inFirstTurns.clear();
  }

  /** Runs what a call only sets going, and what is no part of it. */
  outside<T>(work: () => T): T {
    return calls.exit(work);
  }

  /** Calls that are to be made once more by now; there are some when every call is repeated. */
  takeRepeats(): readonly (() => Promise<void>)[] {
    const repeats = this.#repeats;
    this.#repeats = [];
    return repeats;
  }

  async #untilItEnds<T>(ids: string[], operation: () => Promise<T>, isRepeat = false): Promise<T> {
    for (;;) {
      const attempt = await this.#attempt(ids, operation, isRepeat);
      if (attempt.kind === 'ended') return attempt.result;
    }
  }

  async #attempt<T>(
    ids: string[],
    operation: () => Promise<T>,
    isRepeat: boolean,
  ): Promise<{ readonly kind: 'ended'; readonly result: T } | { readonly kind: 'died' }> {
    let die = (): void => undefined;
    const death = new Promise<{ kind: 'died' }>((resolve) => {
      die = () => {
        resolve({ kind: 'died' });
      };
    });
    const call: Call = {
      of: this,
      within: calls.getStore(),
      ids,
      drawn: 0,
      isAlive: true,
      isRepeat,
      dieWithIt: undefined,
      die: () => {
        call.isAlive = false;
        call.dieWithIt?.();
        die();
      },
    };
    const ending = calls.run(call, async () => ({ kind: 'ended', result: await operation() }) as const);
    return await Promise.race([ending, death]);
  }

  /** A repetition, as by a caller that missed the answer: its result is ignored. */
  async #again(ids: string[], operation: () => Promise<unknown>): Promise<void> {
    try {
      await this.#untilItEnds(ids, operation, true);
    } catch {
      // such as RunEndedError: the run has taken the first one, and ended
    }
  }

  #current(): Call | undefined {
    let call = calls.getStore();
    while (call !== undefined && call.of !== this) call = call.within;
    return call;
  }

  #draw(make: () => string): string {
    const call = this.#current();
    if (call === undefined) return make();
    const id = (call.ids[call.drawn] ??= make());
    call.drawn += 1;
    return id;
  }
}
