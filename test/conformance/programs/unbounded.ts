/** Runs with an unbounded history: played where the code is compiled, as no other engine takes them. */
import { gather, query, race, signal, sleep, step, update, workflow } from 'lull';
import type { Program } from '../program.ts';

const paid = signal<number>('paid');
const total = query('total');
const round = update<number, number>('round');

const ledger = workflow('ledger', { history: 'unbounded' }, function* (payments: number) {
  let sum = 0;
  total.handle(() => sum);
  round.handle({
    *run(to) {
      sum = yield* step('round', () => Math.round(sum / to) * to);
      return sum;
    },
  });
  for (let index = 0; index < payments; index += 1) {
    const first = yield* race({ paid: paid.receive(), late: sleep('1h') });
    if (first.key === 'late') throw new Error(`late, at ${sum}`);
    const parts = yield* gather([step('book', () => first.value), step('fee', () => 1)]);
    sum += parts[0] - parts[1];
  }
  return sum;
});

const pay = (payload: number) => ({ after: '1s', signal: 'paid', payload });

export const unboundedPrograms: readonly Program[] = [
  {
    name: 'run with an unbounded history, with signals, a query and an update',
    workflow: ledger,
    input: 3,
    acts: [
      pay(11),
      { after: '1s', query: 'total', answers: 10 },
      pay(24),
      { after: '1s', update: 'round', args: 10, answers: 30 },
      pay(6),
    ],
    ends: { status: 'completed', result: 35 },
  },
  {
    name: 'run with an unbounded history that fails behind its base',
    workflow: ledger,
    input: 2,
    acts: [pay(8)],
    ends: { status: 'failed', error: { message: 'late, at 7' } },
  },
  {
    name: 'run with an unbounded history that is cancelled behind its base',
    workflow: ledger,
    input: 3,
    acts: [pay(8), { after: '1s', cancel: 'enough' }],
    ends: { status: 'cancelled', reason: 'enough' },
  },
];
