/** Holds what happens against the rules, and keeps what they complain of. */
import type { BegunBody } from '../world/step-bodies.ts';
import type { SimulatedProcess } from '../world/simulated-process.ts';
import type { RunLedger, TableCall } from './ledger.ts';
import type { Rule, Seen, Violate, Violation } from './rule.ts';

export class Oracle {
  readonly violations: Violation[] = [];
  checks = 0;
  readonly #rules: readonly Rule[];
  readonly #onCall: readonly (Rule & Required<Pick<Rule, 'onCall'>>)[];
  readonly #seen: () => Seen;

  /** `seen` is asked for when the cloud is complete. */
  constructor(rules: readonly Rule[], seen: () => Seen) {
    this.#rules = rules;
    this.#seen = seen;
    this.#onCall = rules.filter((rule): rule is Rule & Required<Pick<Rule, 'onCall'>> => rule.onCall !== undefined);
  }

  sawCall(run: RunLedger, call: TableCall): void {
    for (const rule of this.#onCall) {
      this.checks += 1;
      rule.onCall(call, run, this.#violate(rule.name, run.runId), this.#seen());
    }
  }

  sawBody(process: SimulatedProcess, body: BegunBody, run: RunLedger): void {
    for (const rule of this.#rules) {
      if (rule.onBody === undefined) continue;
      this.checks += 1;
      rule.onBody(body, run, this.#violate(rule.name, run.runId), this.#seen(), process);
    }
  }

  async judgeTheEnd(run: RunLedger): Promise<void> {
    for (const rule of this.#rules) {
      if (rule.atEnd === undefined) continue;
      this.checks += 1;
      await rule.atEnd(run, this.#violate(rule.name, run.runId), this.#seen());
    }
  }

  /** For what is wrong whatever the rules say. */
  complain(rule: string, runId: string, message: string): void {
    this.#violate(rule, runId)(message);
  }

  #violate(rule: string, runId: string): Violate {
    return (message) => {
      this.violations.push({ rule, runId, message, atMs: this.#seen().nowMs });
    };
  }
}
