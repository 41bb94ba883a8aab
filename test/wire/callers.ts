/**
 * Those who start runs and send messages over HTTP, as anybody would: they try again until they have an answer that is
 * final, and remember what they were told.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Send, WirePlan } from './workloads.ts';

/** What a caller was told. */
export interface Told {
  readonly runId: string;
  readonly what: Send | { readonly do: 'start' };
  readonly firstSentAtMs: number;
  attempts: number;
  /** Set once it is final. */
  outcome: 'accepted' | 'refused' | undefined;
  answeredAtMs: number;
  /** The answer that was final, or the last that was not. */
  answer: string;
}

const PAUSE_MS = 150;
const REQUEST_LIMIT_MS = 8_000;
/** Asking again gives the same. */
const FINAL_REFUSALS = ['RUN_ENDED'];
/** What may be another answer a while later. */
const PASSING_REFUSALS = ['INBOX_FULL'];

export class Callers {
  readonly told: Told[] = [];
  /** Answers that nobody should get. */
  readonly odd: string[] = [];
  readonly #url: () => string;
  #atWork = 0;
  #isOver = false;

  constructor(url: () => string) {
    this.#url = url;
  }

  /** How many have something left to do. */
  get atWork(): number {
    return this.#atWork;
  }

  /** Starts the run, and sends what is to be sent. */
  async play({ runId, workflow, input, delayMs, senders }: WirePlan): Promise<void> {
    this.#atWork += 1;
    const query = new URLSearchParams({ id: runId, ...(delayMs === undefined ? {} : { delay: `${delayMs}ms` }) });
    await this.#persist(runId, { do: 'start' }, `/workflows/${workflow}/runs?${query.toString()}`, input);
    await Promise.all(senders.map((sends) => this.#sendAll(runId, sends)));
    this.#atWork -= 1;
  }

  /** Nobody tries again. */
  stop(): void {
    this.#isOver = true;
  }

  async #sendAll(runId: string, sends: readonly Send[]): Promise<void> {
    for (const send of sends) {
      await delay(send.waitMs);
      if (send.do === 'signal') {
        const key = `${send.name} ${JSON.stringify(send.payload)}`;
        await this.#persist(runId, send, `/runs/${runId}/signals/${send.name}`, send.payload, key);
      } else {
        await this.#persist(runId, send, `/runs/${runId}/${send.do}`, { reason: send.reason });
      }
    }
  }

  async #persist(runId: string, what: Told['what'], path: string, body: unknown, key?: string): Promise<void> {
    const told: Told = {
      ...{ runId, what, firstSentAtMs: Date.now() },
      ...{ attempts: 0, outcome: undefined, answeredAtMs: 0, answer: '' },
    };
    this.told.push(told);
    while (told.outcome === undefined && !this.#isOver) {
      told.attempts += 1;
      told.outcome = await this.#ask(told, path, body, key);
      told.answeredAtMs = Date.now();
      if (told.outcome === undefined) await delay(PAUSE_MS);
    }
  }

  async #ask(told: Told, path: string, body: unknown, key?: string): Promise<Told['outcome']> {
    let response: Response;
    try {
      response = await fetch(`${this.#url()}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': key }) },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
      });
      told.answer = `${response.status} ${await response.text()}`;
    } catch (error) {
      told.answer = String(error);
      return undefined;
    }
    if (response.ok) return 'accepted';
    if (response.status >= 500) return undefined;
    const code = codeOf(told.answer);
    if (PASSING_REFUSALS.includes(code)) return undefined;
    if (!FINAL_REFUSALS.includes(code)) this.odd.push(`${JSON.stringify(told.what)} to ${told.runId}: ${told.answer}`);
    return 'refused';
  }
}

function codeOf(answer: string): string {
  return /"code":"([A-Z_]+)"/.exec(answer)?.[1] ?? '';
}
