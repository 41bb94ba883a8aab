/** The example workflows, and those that the documents show. */
import * as tour from '../../../functions/workflows/coroutines.ts';
import { approval } from '../../../functions/workflows/approval.ts';
import { checkout } from '../../../functions/workflows/checkout.ts';
import { orderBatch } from '../../../functions/workflows/order-batch.ts';
import { subscription } from '../../../functions/workflows/subscription.ts';
import { signup } from '../../docs/signup.ts';
import type { Program } from '../program.ts';

const desk = { what: 'a desk', cents: 42_000, employee: 'ada@example.com', approver: 'grace@example.com' };
const reader = { customer: 'ada@example.com', card: '4242 4242', cents: 900, months: 3 };
const order = {
  id: 'o-1',
  customer: { name: 'Ada', email: 'ada@example.com' },
  lines: [{ sku: 'tea', name: 'Tea', quantity: 2, cents: 450 }],
  address: { street: 'Main Street 1', postcode: '10115', city: 'Berlin', country: 'DE' },
};
const parcel = { id: 'p-1', name: 'Ada', town: 'Berlin', country: 'DE', grams: 900 };

const tourEnds = {
  oneAfterTheOther: ['hello Ada', 'hello Grace'],
  atOnce: ['hello Ada', 'hello Grace'],
  atTheSide: { before: false, after: true, result: 'hello Ada' },
  firstOne: { winner: 'fast', lost: ['slow'] },
  inTime: 'gave up after three seconds',
  sharedWork: { Ada: 3, Grace: 3, Edith: 3 },
};

export const examplePrograms: readonly Program[] = [
  { workflow: tour.coroutines, ends: { status: 'completed', result: tourEnds } },
  ...Object.entries(tourEnds).map(([name, result]) => ({
    workflow: tour[name as keyof typeof tourEnds],
    ends: { status: 'completed' as const, result },
  })),
  {
    workflow: tour.forgottenAwait,
    ends: { status: 'completed', result: 'no second has passed' },
    logs: [{ level: 'warn', message: /sleep\("1s"\).*never awaited/ }],
  },
  {
    workflow: checkout,
    input: order,
    ends: {
      status: 'completed',
      result: { order: 'o-1', cents: 900, payment: /^charges-/, stock: /^reservations-/, label: /^labels-/ },
    },
  },
  {
    workflow: orderBatch,
    input: { orders: [parcel, { ...parcel, id: 'p-2', country: 'US' }, { ...parcel, id: 'p-3', grams: 40_000 }] },
    ends: {
      status: 'completed',
      result: {
        shipped: ['LULL-p-1'],
        cents: 540,
        failed: [
          { id: 'p-2', why: 'the carrier does not deliver to US' },
          { id: 'p-3', why: '40000 g are too heavy for the carrier' },
        ],
      },
    },
  },
  {
    name: 'approval that is approved',
    workflow: approval,
    input: desk,
    acts: [{ after: '60 hours', signal: 'decision', payload: { approved: true, by: 'Grace' } }],
    ends: { status: 'completed', result: { outcome: 'approved', by: 'Grace' } },
    logs: [
      { level: 'info', message: /^mail to grace@example\.com: Please decide/ },
      { level: 'info', message: /^mail to grace@example\.com: .*for 2 days\.$/ },
      { level: 'info', message: /^mail to ada@example\.com: "a desk" was approved by Grace\.$/ },
    ],
  },
  {
    name: 'approval that expires',
    workflow: approval,
    input: desk,
    ends: { status: 'completed', result: { outcome: 'expired' } },
    logs: [{ level: 'info', message: /^mail to grace@example\.com: .*for 6 days\.$/ }],
  },
  {
    name: 'subscription that is served',
    workflow: subscription,
    input: reader,
    ends: { status: 'completed', result: { ended: 'served', monthsPaid: 3 } },
  },
  {
    name: 'subscription that is cancelled',
    workflow: subscription,
    input: reader,
    acts: [{ after: '40 days', signal: 'cancel-subscription', payload: { reason: 'moving' } }],
    ends: { status: 'completed', result: { ended: 'cancelled', monthsPaid: 2, reason: 'moving' } },
  },
  {
    name: 'subscription that is not paid',
    workflow: subscription,
    input: { ...reader, card: '4000 0002' },
    ends: { status: 'completed', result: { ended: 'unpaid', monthsPaid: 0 } },
  },
  {
    name: 'signup that is confirmed',
    workflow: signup,
    input: 'ada@example.com',
    acts: [{ after: '1 day', signal: 'confirmed', payload: { name: 'Ada' } }],
    ends: { status: 'completed', result: 'Ada was asked' },
    logs: [
      { level: 'info', message: /^to ada@example\.com: Please confirm your address\.$/ },
      { level: 'info', message: /^to ada@example\.com: How do you like it, Ada\?$/ },
    ],
  },
  {
    name: 'signup that is not confirmed',
    workflow: signup,
    input: 'ada@example.com',
    ends: { status: 'failed', error: { name: 'TimeoutError' } },
  },
];
