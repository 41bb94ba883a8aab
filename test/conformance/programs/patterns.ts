/** The well-known programs of docs/patterns.md. Each is played with a crash at each place in test/patterns. */
import { agent } from '../../patterns/workflows/agent.ts';
import { cluster } from '../../patterns/workflows/cluster.ts';
import { payment } from '../../patterns/workflows/early-return.ts';
import { expenseApproval } from '../../patterns/workflows/expense.ts';
import { deliverFood } from '../../patterns/workflows/food-delivery.ts';
import { importRows } from '../../patterns/workflows/import-rows.ts';
import { interpret, type Statement } from '../../patterns/workflows/json-language.ts';
import { longCopy } from '../../patterns/workflows/long-copy.ts';
import { lock, repaint } from '../../patterns/workflows/mutex.ts';
import { buyNow } from '../../patterns/workflows/one-click.ts';
import { shopOrder } from '../../patterns/workflows/shop-order.ts';
import { processRecord, slidingWindow } from '../../patterns/workflows/sliding-window.ts';
import { renderVideo } from '../../patterns/workflows/slow-api.ts';
import { verifyPhone } from '../../patterns/workflows/sms-code.ts';
import { bookTrip } from '../../patterns/workflows/trip.ts';
import { wakeUpCall } from '../../patterns/workflows/wake-up-call.ts';
import { yearly } from '../../patterns/workflows/yearly-subscription.ts';
import type { Program } from '../program.ts';

const LATE = '2099-01-01T08:00:00.000Z';
const EARLY = '2001-01-01T08:00:00.000Z';

const greeting: Statement = {
  do: 'sequence',
  of: [
    { do: 'activity', name: 'greet', with: '{{who}}', into: 'greeting' },
    { do: 'wait', for: '1s' },
    { do: 'parallel', of: [1, 2].map((n) => ({ do: 'activity', name: 'shout', with: `{{greeting}} ${n}` })) },
    { do: 'if', variable: 'who', is: 'Bob', then: { do: 'activity', name: 'no such' } },
  ],
};

/** Those that each run of the tests plays in every place; the others are for the whole suite. */
export const fewPatternPrograms: readonly Program[] = [
  {
    name: 'saga that is undone',
    workflow: bookTrip,
    input: { id: 't2', isFull: true },
    ends: { status: 'failed', error: { message: /no seats/ } },
  },
  {
    name: 'expense that is approved by its link',
    workflow: expenseApproval,
    input: { by: 'Ada', cents: 4200 },
    acts: [{ openLink: 'ask the manager', value: true }],
    ends: { status: 'completed', result: 'paid' },
  },
  {
    name: 'cluster of nodes',
    workflow: cluster,
    input: 4,
    acts: [
      { update: 'assign', args: { job: 'a', nodes: 3 }, answers: ['node-1', 'node-2', 'node-3'] },
      { update: 'assign', args: { job: 'a', nodes: 1 }, answers: { code: 'UPDATE_REFUSED' } },
      {
        update: 'assign',
        args: { job: 'b', nodes: 2 },
        answers: { code: 'UPDATE_FAILED', cause: { message: 'only 1 nodes are free' } },
      },
      { query: 'health', answers: { free: 1, jobs: ['a'] } },
      { update: 'free', args: 'a', answers: 3 },
      { update: 'assign', args: { job: 'b', nodes: 2 }, answers: ['node-4', 'node-1'] },
      { signal: 'shut-down', payload: null },
    ],
    ends: { status: 'completed', result: 1 },
  },
];

const others: readonly Program[] = [
  {
    name: 'saga that ends well',
    workflow: bookTrip,
    input: { id: 't1' },
    ends: { status: 'completed', result: ['car for t1', 'hotel for t1', 'flight for t1'] },
  },
  {
    name: 'timer that a signal moves',
    workflow: wakeUpCall,
    input: LATE,
    acts: [{ signal: 'move-to', payload: EARLY }],
    ends: { status: 'completed', result: EARLY },
  },
  {
    name: 'order that is paid after a reminder',
    workflow: shopOrder,
    acts: [{ after: '30h', signal: 'paid', payload: { cents: 990 } }],
    ends: { status: 'completed', result: 'shipped' },
  },
  {
    name: 'order that is cancelled before it ships',
    workflow: shopOrder,
    acts: [
      { signal: 'paid', payload: { cents: 990 } },
      { after: '1s', signal: 'cancel-order', payload: null },
    ],
    ends: { status: 'completed', result: 'cancelled' },
  },
  {
    name: 'purchase that is undone',
    workflow: buyNow,
    input: 'a book',
    acts: [{ after: '1s', signal: 'undo-purchase', payload: null }],
    ends: { status: 'completed', result: 'not bought' },
  },
  { name: 'purchase', workflow: buyNow, input: 'a book', ends: { status: 'completed', result: 'bought' } },
  {
    name: 'workflow in JSON',
    workflow: interpret,
    input: { variables: { who: 'Ada' }, statement: greeting },
    ends: { status: 'completed', result: { who: 'Ada', greeting: 'hello Ada' } },
  },
  {
    name: 'long step that goes on where it was',
    workflow: longCopy,
    input: 4,
    ends: { status: 'completed', result: '4 pages' },
  },
  {
    name: 'code by SMS, three times wrong',
    workflow: verifyPhone,
    input: '555',
    acts: [1, 2, 3].map(() => ({ signal: 'code-entered', payload: 'nonsense' })),
    ends: { status: 'completed', result: 'too many tries' },
  },
  {
    name: 'code by SMS that nobody enters',
    workflow: verifyPhone,
    input: '556',
    ends: { status: 'completed', result: 'too late' },
  },
  { name: 'slow API that is polled', workflow: renderVideo, ends: { status: 'completed', result: { polls: 3 } } },
  {
    name: 'fan-out with few failures',
    workflow: importRows,
    input: { rows: 20, bad: 10 },
    ends: { status: 'completed', result: { imported: 18, failed: 2 } },
  },
  {
    name: 'fan-out with many failures',
    workflow: importRows,
    input: { rows: 3, bad: 2 },
    ends: { status: 'failed', error: { code: 'EXCEPTION_GROUP' } },
  },
  {
    name: 'agent that asks a person',
    workflow: agent,
    input: 'a book',
    acts: [{ after: '1s', signal: 'decided', payload: { call: 'pay 20 EUR', isAllowed: true } }],
    ends: { status: 'completed', result: 'It is on its way.' },
  },
  {
    name: 'agent that nobody answers',
    workflow: agent,
    input: 'a book',
    ends: { status: 'completed', result: 'Then not.' },
  },
  {
    name: 'expense that nobody decides on',
    workflow: expenseApproval,
    input: { by: 'Ada', cents: 4200 },
    ends: { status: 'completed', result: 'nobody decided' },
  },
  {
    name: 'food that is delivered',
    workflow: deliverFood,
    input: 'soup',
    acts: [
      { query: 'where-is-it', answers: 'in the kitchen' },
      { signal: 'picked-up', payload: { driver: 'Grace' } },
      { query: 'where-is-it', answers: 'with Grace' },
      { signal: 'delivered', payload: null },
    ],
    ends: { status: 'completed', result: 'delivered' },
  },
  {
    name: 'food that does not come',
    workflow: deliverFood,
    input: 'soup',
    ends: { status: 'completed', result: 'lost' },
  },
  {
    name: 'mutex that runs share',
    workflow: repaint,
    others: [lock],
    input: { wall: 'north' },
    ends: { status: 'completed' },
  },
  {
    name: 'answer long before the end',
    workflow: payment,
    input: 990,
    acts: [{ update: 'authorized', answers: 'authorized 990' }],
    ends: { status: 'completed', result: 'settled' },
  },
  {
    name: 'sliding window over children',
    workflow: slidingWindow,
    others: [processRecord],
    input: { records: 4, size: 2, perLink: 2 },
    ends: { status: 'completed', result: { links: 2 } },
  },
  {
    name: 'subscription for a month at a price that changes',
    workflow: yearly,
    input: 1000,
    acts: [
      { signal: 'set-price', payload: 1500 },
      { after: '31 days', query: 'billing', answers: { price: 1500, billed: 1500 } },
      { signal: 'end-subscription', payload: null },
    ],
    ends: { status: 'completed', result: { billed: 1500, months: 1 } },
  },
];

export const patternPrograms: readonly Program[] = [...fewPatternPrograms, ...others];
