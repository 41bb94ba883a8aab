/** Holds what happens against the rules, and keeps what they complain of. */
import type { BegunBody } from '../world/body-book.ts';
import type { HeardEvent } from '../world/event-bus.ts';
import type { SimulatedProcess } from '../world/simulated-process.ts';
import type { RunLedger, TableCall } from './run-ledger.ts';
import type { Rule, Seen, Violate, Violation } from './rule.ts';

type CallRule = Rule & Required<Pick<Rule, 'onCall'>>;
type BodyRule = Rule & Required<Pick<Rule, 'onBody'>>;

export class Oracle {
  readonly violations: Violation[] = [];
  checks = 0;
  readonly #rules: readonly Rule[];
  readonly #onCall: readonly CallRule[];
  readonly #onBody: readonly BodyRule[];
  readonly #seen: () => Seen;
  /** What is being looked at. */
  #rule = '';
  #runId = '';

  /** `seen` is asked for when the cloud is complete. */
  constructor(rules: readonly Rule[], seen: () => Seen) {
    this.#rules = rules;
    this.#seen = seen;
    this.#onCall = rules.filter((rule): rule is CallRule => rule.onCall !== undefined);
    this.#onBody = rules.filter((rule): rule is BodyRule => rule.onBody !== undefined);
  }

  sawCall(run: RunLedger, call: TableCall): void {
    const seen = this.#seen();
    for (const rule of this.#onCall) rule.onCall(call, run, this.#lookAt(rule, run), seen);
  }

  sawBody(process: SimulatedProcess, body: BegunBody, run: RunLedger): void {
    const seen = this.#seen();
    for (const rule of this.#onBody) rule.onBody(body, run, this.#lookAt(rule, run), seen, process);
  }

  sawEvent(event: HeardEvent, run: RunLedger): void {
    const seen = this.#seen();
    for (const rule of this.#rules) rule.onEvent?.(event, run, this.#lookAt(rule, run), seen);
  }

  async judgeTheEnd(run: RunLedger): Promise<void> {
    for (const rule of this.#rules) {
      if (rule.atEnd !== undefined) await rule.atEnd(run, this.#lookAt(rule, run), this.#seen());
    }
  }

  /** For what is wrong whatever the rules say. */
  complain(rule: string, runId: string, message: string): void {
    this.violations.push({ rule, runId, message, atMs: this.#seen().nowMs });
  }

  #lookAt(rule: Rule, run: RunLedger): Violate {
    this.checks += 1;
    this.#rule = rule.name;
    this.#runId = run.runId;
    return this.#violate;
  }

  readonly #violate: Violate = (message) => {
    this.complain(this.#rule, this.#runId, message);
  };
}
