/** Event patterns, against the examples of EventBridge's documentation and their edges. */
import { describe, expect, it } from 'vitest';
import { readEventPattern } from '../../../lib/local/triggers/event-pattern.ts';

const EVENT = {
  version: '0',
  id: '7bf73129',
  'detail-type': 'Run Completed',
  source: 'lull',
  resources: ['arn:aws:ec2:us-east-1:123456789012:instance/i-1', 'arn:aws:ec2:us-east-1:123456789012:instance/i-2'],
  detail: {
    workflow: 'checkout',
    status: 'completed',
    'source-ip': '10.0.0.77',
    six: '2001:db8::1',
    file: '/lib/a*b.PNG',
    total: 12.5,
    none: null,
    empty: [],
    isPaid: true,
    lines: [
      { sku: 'a', count: 1 },
      { sku: 'b', count: 2 },
    ],
  },
};

const detail = (field: string, ...wanted: unknown[]) => ({ detail: { [field]: wanted } });

describe('a pattern', () => {
  it.each<[unknown, boolean]>([
    [{ source: ['lull'] }, true],
    [{ source: ['other', 'lull'], 'detail-type': ['Run Completed'] }, true],
    [{ source: ['lull'], 'detail-type': ['Run Failed'] }, false],
    [{ resources: ['arn:aws:ec2:us-east-1:123456789012:instance/i-2'] }, true],
    [{ resources: [{ suffix: 'i-3' }] }, false],
    [{ missing: ['x'] }, false],
    [{ source: { name: ['x'] } }, false],
    [detail('total', 12.5), true],
    [detail('total', '12.5'), false],
    [detail('none', null), true],
    [detail('isPaid', true), true],
    [detail('isPaid', 'true'), false],
    [{ detail: ['checkout'] }, false],
    // of a list of objects, one has to match the whole
    [{ detail: { lines: { sku: ['a'], count: [1] } } }, true],
    [{ detail: { lines: { sku: ['a'], count: [2] } } }, false],
    [detail('workflow', { prefix: 'check' }), true],
    [detail('workflow', { prefix: 'CHECK' }), false],
    [detail('workflow', { prefix: { 'equals-ignore-case': 'CHECK' } }), true],
    [detail('file', { suffix: '.png' }), false],
    [detail('file', { suffix: { 'equals-ignore-case': '.png' } }), true],
    [detail('workflow', { 'equals-ignore-case': 'CheckOut' }), true],
    [detail('workflow', { 'equals-ignore-case': 'Check' }), false],
    [detail('workflow', { 'anything-but': 'report' }), true],
    [detail('workflow', { 'anything-but': ['report', 'checkout'] }), false],
    [detail('total', { 'anything-but': [1, 2] }), true],
    [detail('missing', { 'anything-but': 'x' }), false],
    [detail('workflow', { 'anything-but': { prefix: 'check' } }), false],
    [detail('workflow', { 'anything-but': { suffix: ['x', 'y'] } }), true],
    [detail('workflow', { 'anything-but': { 'equals-ignore-case': ['CHECKOUT'] } }), false],
    [detail('file', { 'anything-but': { wildcard: '*/lib/*' } }), false],
    [detail('file', { wildcard: '/lib/*.PNG' }), true],
    [detail('file', { wildcard: '/lib/a\\*b.PNG' }), true],
    [detail('file', { wildcard: '/lib/a\\*c.PNG' }), false],
    [detail('file', { wildcard: 'lib/*' }), false],
    [detail('total', { numeric: ['>', 12, '<=', 12.5] }), true],
    [detail('total', { numeric: ['<', 12.5] }), false],
    [detail('total', { numeric: ['=', 12.5] }), true],
    [detail('workflow', { numeric: ['>', 0] }), false],
    [detail('source-ip', { cidr: '10.0.0.0/24' }), true],
    [detail('source-ip', { cidr: '10.0.1.0/24' }), false],
    [detail('six', { cidr: '2001:db8::/32' }), true],
    [detail('workflow', { cidr: '10.0.0.0/24' }), false],
    [detail('workflow', { exists: true }), true],
    [detail('workflow', { exists: false }), false],
    [detail('missing', { exists: false }), true],
    [detail('none', { exists: true }), true],
    [detail('empty', { exists: false }), true],
    [{ other: { field: [{ exists: false }] } }, true],
    [{ $or: [{ source: ['x'] }, { detail: { status: ['completed'] } }] }, true],
    [{ source: ['lull'], $or: [{ source: ['x'] }, { detail: { status: ['failed'] } }] }, false],
    [{ detail: { $or: [{ total: [{ numeric: ['>', 100] }] }, { isPaid: [true] }] } }, true],
  ])('%j: %s', (pattern, matches) => {
    expect(readEventPattern(pattern)(EVENT)).toBe(matches);
  });
});

describe('a pattern that is none', () => {
  it.each<[unknown, string]>([
    [{}, '$ is'],
    ['text', '$ is'],
    [{ source: 'lull' }, '$.source is "lull": give a list'],
    [{ source: [] }, '$.source is'],
    [{ detail: {} }, '$.detail is'],
    [{ source: [['lull']] }, '$.source[0] is'],
    [{ source: [{ regex: '.*' }] }, '$.source[0] has regex: there are prefix, suffix'],
    [{ source: [{ prefix: 'a', suffix: 'b' }] }, '$.source[0] has prefix, suffix'],
    [{ source: [{}] }, '$.source[0] has no operator'],
    [{ source: [{ prefix: 1 }] }, '$.source[0].prefix is 1'],
    [{ source: [{ prefix: '' }] }, '$.source[0].prefix is'],
    [{ source: [{ wildcard: 'a**b' }] }, 'has two stars in a row'],
    [{ source: [{ exists: 'yes' }] }, '$.source[0].exists has to be true or false'],
    [{ total: [{ numeric: ['>', '5'] }] }, 'has to be like [">", 0, "<=", 5]'],
    [{ total: [{ numeric: ['>', 1, '<', 2, '=', 3] }] }, 'has to be like'],
    [{ ip: [{ cidr: '10.0.0.0' }] }, 'has to be like 10.0.0.0/24'],
    [{ ip: [{ cidr: '10.0.0.0/64' }] }, 'has to be like 10.0.0.0/24'],
    [{ source: [{ 'anything-but': ['a', 1] }] }, 'has to be texts, or numbers'],
    [{ source: [{ 'anything-but': { cidr: '10.0.0.0/24' } }] }, 'can have prefix, suffix'],
    [{ $or: [{ source: ['x'] }] }, '$.$or has to have two patterns or more'],
  ])('%j is refused: %s', (pattern, message) => {
    expect(() => readEventPattern(pattern)).toThrow(message);
  });
});
