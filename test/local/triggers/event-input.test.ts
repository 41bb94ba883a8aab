import { expect, it } from 'vitest';
import type { EventInput } from '../../../lib/local/resources.ts';
import { inputOf, unknownPaths } from '../../../lib/local/triggers/event-input.ts';

const EVENT = {
  ...{ version: '0', id: 'e-1', 'detail-type': 'Order "placed"', source: 'shop' },
  detail: { 'order-id': 'o1', lines: [{ sku: 'a' }], note: 'a\nb', total: 5 },
};
const CONTEXT = { ruleArn: 'arn:rule', ruleName: 'orders', atMs: Date.UTC(2026, 10, 22, 3) };
const { detail, ...ENVELOPE } = EVENT;

const template = (text: string, paths: Record<string, string> = {}): EventInput => ({
  transformer: { template: text, paths },
});

it.each<[string, EventInput, unknown]>([
  ['all of it', {}, EVENT],
  ['a constant', { constant: '{"a":1}' }, { a: 1 }],
  ['a part', { path: '$.detail' }, detail],
  ['an element', { path: '$.detail.lines[0].sku' }, 'a'],
  ['a part that is not there', { path: '$.detail.none' }, null],
  [
    'a field as JSON',
    template('{"id":<id>,"n":<n>}', { id: '$.detail.order-id', n: '$.detail.total' }),
    { id: 'o1', n: 5 },
  ],
  ['an object', template('{"d":<d>}', { d: '$.detail' }), { d: detail }],
  [
    'a field in a text',
    template('"order <id>: <note>"', { id: '$.detail.order-id', note: '$.detail.note' }),
    'order o1: a\nb',
  ],
  ['an object in a text', template('"<l>"', { l: '$.detail.lines' }), '[{"sku":"a"}]'],
  ['the whole event', template('{"event":<aws.events.event.json>}'), { event: EVENT }],
  ['the event without its detail', template('{"event":<aws.events.event>}'), { event: ENVELOPE }],
  [
    'the rule and the time',
    template('[<aws.events.rule-arn>,<aws.events.rule-name>,<aws.events.event.ingestion-time>]'),
    ['arn:rule', 'orders', '2026-11-22T03:00:00.000Z'],
  ],
])('a target gets %s', (_, input, expected) => {
  expect(JSON.parse(inputOf(EVENT, input, CONTEXT))).toEqual(expected);
});

it('a path that cannot be followed here is named', () => {
  expect(unknownPaths({ path: '$.detail..x' })).toEqual(['$.detail..x']);
  expect(unknownPaths(template('<a>', { a: '$.detail[*]', b: '$.detail' }))).toEqual(['$.detail[*]']);
});
