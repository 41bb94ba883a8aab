/** What has to be true when all is over, whichever workers were killed in between. */
import type { CheckedCalls } from './demo-cloud.ts';
import type { LedgerEntry } from './shop.ts';

export interface DemoOrder {
  readonly id: string;
  readonly lines: readonly { readonly quantity: number; readonly cents: number }[];
}

/** As much of a run as the HTTP API tells. */
export interface DemoRun {
  readonly order: string;
  readonly status: string;
  readonly history: readonly { readonly kind: string; readonly name?: string }[];
}

export interface Evidence {
  readonly orders: readonly DemoOrder[];
  readonly runs: readonly DemoRun[];
  readonly ledger: readonly LedgerEntry[];
  /** Process ids of workers that were killed while they were busy. */
  readonly killed: readonly number[];
  readonly killsWanted: number;
  readonly deadLetters: readonly string[];
  /** Of the functions, if they were checked. */
  readonly calls?: CheckedCalls;
}

export interface Finding {
  readonly claim: string;
  /** What speaks against it. */
  readonly objections: readonly string[];
}

/** The steps of a checkout in which nothing fails for good, and the services that they ask. */
const STEPS = { charge: 'charges', reserve: 'reservations', 'print-label': 'labels' } as const;
const UNDO_SERVICES = ['refunds', 'releases'];

export function prove(evidence: Evidence): Finding[] {
  return [
    everyOrderCompleted(evidence),
    everyKillHit(evidence),
    ...Object.values(STEPS).map((service) => doneOncePerOrder(evidence, service)),
    moneyIsRight(evidence),
    journalsAreComplete(evidence),
    nothingWasGivenUp(evidence),
    ...(evidence.calls ? [nothingWasDenied(evidence.calls)] : []),
  ];
}

function everyOrderCompleted({ orders, runs }: Evidence): Finding {
  const byOrder = new Map(runs.map((run) => [run.order, run]));
  return {
    claim: `${orders.length} of ${orders.length} orders completed`,
    objections: orders.flatMap(({ id }) => {
      const status = byOrder.get(id)?.status ?? 'not started';
      return status === 'completed' ? [] : [`${id} is ${status}`];
    }),
  };
}

function everyKillHit({ killed, killsWanted, runs }: Evidence): Finding {
  const takeovers = runs.flatMap((run) => run.history).filter((event) => event.kind === 'taken-over').length;
  const pids = killed.map(String).join(', ');
  return {
    claim: `${killed.length} workers killed with SIGKILL while busy (${pids}); other workers took over ${takeovers} runs`,
    objections: killed.length >= killsWanted ? [] : [`${killsWanted} workers were to be killed`],
  };
}

function doneOncePerOrder({ orders, ledger }: Evidence, service: string): Finding {
  const entries = ledger.filter((entry) => entry.service === service);
  const done = entries.filter((entry) => entry.outcome === 'done');
  const repeated = entries.filter((entry) => entry.outcome === 'repeated').length;
  const perKey = countBy(done, (entry) => entry.key);
  const perOrder = countBy(done, (entry) => entry.order ?? 'no order');
  return {
    claim: `${done.length} ${service} made, one per order and idempotency key; ${repeated} repeated attempts changed nothing`,
    objections: [
      ...[...perKey]
        .filter(([, count]) => count > 1)
        .map(([key, count]) => `key ${key} was used for ${count} ${service}`),
      ...orders
        .filter(({ id }) => perOrder.get(id) !== 1)
        .map(({ id }) => `${id} has ${perOrder.get(id) ?? 0} ${service}`),
      ...(done.length === orders.length ? [] : [`there are ${done.length} ${service} for ${orders.length} orders`]),
    ],
  };
}

function moneyIsRight({ orders, ledger }: Evidence): Finding {
  const charges = ledger.filter((entry) => entry.service === 'charges' && entry.outcome === 'done');
  const charged = charges.reduce((sum, entry) => sum + (entry.cents ?? 0), 0);
  const ordered = orders.flatMap((order) => order.lines).reduce((sum, line) => sum + line.quantity * line.cents, 0);
  const undone = ledger.filter((entry) => UNDO_SERVICES.includes(entry.service));
  return {
    claim: `${euros(charged)} charged, as ordered; nothing refunded`,
    objections: [
      ...(charged === ordered ? [] : [`the orders come to ${euros(ordered)}`]),
      ...undone.map((entry) => `there is an entry in ${entry.service} under ${entry.key}`),
    ],
  };
}

function journalsAreComplete({ runs }: Evidence): Finding {
  return {
    claim: `${runs.length} journals complete: from start to end, each step recorded once`,
    objections: runs.flatMap(({ order, history }) => {
      const ends = [history.at(0)?.kind, history.at(-1)?.kind].join(' to ');
      return [
        ...(ends === 'started to completed' ? [] : [`the journal of ${order} goes from ${ends}`]),
        ...Object.keys(STEPS).flatMap((step) =>
          ['step', 'step-completed'].flatMap((kind) => {
            const count = history.filter((event) => event.kind === kind && event.name === step).length;
            return count === 1 ? [] : [`the journal of ${order} has "${kind}" of ${step} ${count} times`];
          }),
        ),
      ];
    }),
  };
}

function nothingWasGivenUp({ deadLetters }: Evidence): Finding {
  return { claim: 'no dead letters', objections: deadLetters.map((body) => `a message was given up: ${body}`) };
}

function nothingWasDenied({ checked, denied }: CheckedCalls): Finding {
  return {
    claim: `${checked} calls of AWS checked against the policies of the template; zero calls denied`,
    objections: [...(checked > 0 ? [] : ['no call was checked']), ...denied],
  };
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

function euros(cents: number): string {
  return `€${(cents / 100).toFixed(2)}`;
}
