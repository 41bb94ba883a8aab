/** The graph as a whole: identity, names, hosts, size, and bytes from a stranger. */
import { expect, test } from 'vitest';
import { MAX_RUN_BYTES } from '../../lib/core/stored-run-limit.ts';
import { GRAPH_FORMAT } from '../../lib/frames/graph/format.ts';
import { loadGraph } from '../../lib/frames/graph/load-graph.ts';
import { storeGraph } from '../../lib/frames/graph/store-graph.ts';
import type { SnapshotHost } from '../../lib/frames/graph/host.ts';
import { runtime } from '../../lib/frames/runtime/runtime.ts';
import { registerClass, registerError } from '../../lib/core/class-registry.ts';

function roundTrip<T>(value: T, host?: SnapshotHost): T {
  const stored = storeGraph(value, host);
  if (stored.kind === 'refused') throw new Error(`${stored.path} ${stored.reason}`);
  const loaded = loadGraph(stored.bytes, host);
  if (loaded.kind === 'refused') throw new Error(loaded.reason);
  return loaded.value as T;
}

const refusal = (value: unknown): string => {
  const stored = storeGraph(value);
  return stored.kind === 'refused' ? `${stored.path} ${stored.reason}` : 'stored';
};

const load = (nodes: unknown): string => {
  const loaded = loadGraph(Buffer.from(typeof nodes === 'string' ? nodes : JSON.stringify(nodes)));
  return loaded.kind === 'refused' ? loaded.reason : 'loaded';
};

class Money {
  readonly cents: bigint;
  readonly notes: unknown;
  constructor(cents: bigint, notes: unknown) {
    this.cents = cents;
    this.notes = notes;
  }
}
registerClass(Money, {
  name: 'FramesMoney',
  toData: ({ cents, notes }) => [cents, notes] as const,
  fromData: ([cents, notes]) => new Money(cents, notes),
});

class FramesDeclined extends Error {
  readonly reason: string;
  constructor(reason: string) {
    super(`the bank said: ${reason}`);
    this.reason = reason;
  }
}
registerError(FramesDeclined);

test('instances of registered classes come back as themselves, with what they share', () => {
  const shared = { n: 1 };
  const [money, again, notes, error] = roundTrip([
    new Money(5n, shared),
    new Money(6n, [shared]),
    shared,
    new FramesDeclined('no'),
  ] as const);
  expect([money instanceof Money, money.cents, again.cents]).toEqual([true, 5n, 6n]);
  expect([money.notes === notes, (again.notes as unknown[])[0] === notes]).toEqual([true, true]);
  expect([error instanceof FramesDeclined, error.reason, error.message, typeof error.stack]).toEqual([
    true,
    'no',
    'the bank said: no',
    'string',
  ]);
});

test('a list that is a million links long is stored and read without a stack overflow', () => {
  interface Link {
    next?: Link | undefined;
  }
  let first: Link = {};
  for (let index = 0; index < 1_000_000; index += 1) first = { next: first };
  let count = 0;
  for (let link: Link | undefined = roundTrip(first); link.next !== undefined; link = link.next) count += 1;
  expect(count).toBe(1_000_000);
});

test('views of one buffer still share it, and a Buffer brings no neighbours along', () => {
  const bytes = new Uint8Array([1, 2, 3, 4]);
  const [one, other] = roundTrip([bytes, new Uint16Array(bytes.buffer, 2, 1)] as const);
  one[2] = 9;
  expect(other[0]).toBe(9 + 4 * 256);
  expect(storeGraph(Buffer.from('secret')).kind).toBe('stored');
  expect(Buffer.from((storeGraph(Buffer.from('x')) as { bytes: Uint8Array }).bytes).length).toBeLessThan(40);
});

test('the language’s own functions and symbols go by name', () => {
  const value = [Math.max, Array.prototype.map, Object, Symbol.iterator, Symbol.for('a')] as const;
  expect(roundTrip(value).map((one, index) => one === value[index])).toEqual([true, true, true, true, true]);
});

test('the host stores its own classes, in circles, and names what it does not store', () => {
  class Task {
    waiter: Task | undefined;
    name = '';
  }
  const logger = { info: () => 'logged' };
  const host: SnapshotHost = {
    classes: [
      {
        name: 'Task',
        prototype: Task.prototype,
        save: ({ waiter, name }: Task) => ({ waiter, name }),
        create: () => new Task(),
        fill: (task, saved) => Object.assign(task, saved),
      },
    ],
    nameOf: (value) => (value === logger ? 'logger' : undefined),
    named: (name) => (name === 'logger' ? logger : undefined),
  };
  const [one, two] = [new Task(), new Task()];
  one.waiter = two;
  two.waiter = one;
  two.name = 'two';
  const loaded = roundTrip({ one, logger }, host);
  expect([loaded.one instanceof Task, loaded.one.waiter?.name, loaded.one.waiter?.waiter === loaded.one]).toEqual([
    true,
    'two',
    true,
  ]);
  expect(loaded.logger).toBe(logger);
});

test('what no other process has is refused, with the path to it', () => {
  class Unknown {}
  const cases: [unknown, string][] = [
    [{ a: [Promise.resolve()] }, '.a[0] is a Promise, which lives in one process only'],
    [{ a: new WeakRef({}) }, '.a is a WeakRef, whose class is not known here'],
    [{ 'x y': () => 1 }, '["x y"] is a function x y, which compiled code has not made'],
    [new Map([['k', new Unknown()]]), '.get("k") is an instance of class Unknown, whose class is not known here'],
    [[Symbol('mine')], '[0] is a symbol of its own'],
    [[new Proxy({}, {})], '[0] is a Proxy'],
    [[(function* () {})()], '[0] is a native generator'],
    [Object.create({ a: new Unknown() }), ' (its prototype).a is an instance of class Unknown'],
    [[new (class More extends Map {})()], '[0] is '],
  ];
  for (const [value, start] of cases) expect(refusal(value).slice(0, start.length)).toBe(start);
});

test('a getter is not run, and what throws when it is looked at is refused', () => {
  let ran = 0;
  const value = Object.defineProperty({}, 'a', { get: () => (ran += 1), enumerable: true });
  expect(refusal(value)).toMatch(/^\.a \(getter\) is a function get/);
  expect(ran).toBe(0);
});

test('bytes of a stranger are refused in words', () => {
  expect(load('')).toBe('it is no stored graph: it is cut off, or something else');
  expect(load('[1,[0],["o"')).toBe('it is no stored graph: it is cut off, or something else');
  expect(load({})).toBe('it is no stored graph');
  expect(load([])).toBe('its format is nothing: 2 is read here');
  expect(load([3, [0]])).toBe('its format is 3: 2 is read here');
  expect(load([GRAPH_FORMAT])).toBe('it is empty');
  expect(load([GRAPH_FORMAT, [5], ['o']])).toBe('a node is missing');
  expect(load([GRAPH_FORMAT, [-1], ['o']])).toBe('a node is missing');
  expect(load([GRAPH_FORMAT, [0.5], ['o']])).toBe('a node is missing');
  expect(load([GRAPH_FORMAT, [0], ['zz']])).toBe('it has a node of a kind that is not known');
  expect(load([GRAPH_FORMAT, [0], ['o', '__proto__', {}]])).toBe('an object is where a value has to be');
  expect(load([GRAPH_FORMAT, [0], ['A', 1, 2 ** 40, 1]])).toBe('an array has no length');
  expect(load([GRAPH_FORMAT, [0], ['A', 1, 2 ** 32 - 1, 1]])).toBe('loaded');
  expect(load([GRAPH_FORMAT, [0], ['t', 'Uint8Array', [1], 0, 2 ** 40], ['b', 'AA==']])).toBe(
    'a view is larger than its bytes',
  );
  expect(load([GRAPH_FORMAT, ['n', 'f'.repeat(2_000_000)]])).toBe('it has a value that is not known');
  expect(load([GRAPH_FORMAT, [0], ['M', 'nowhere', 'x']])).toBe('"x" is not in "nowhere" any more');
  expect(load([GRAPH_FORMAT, [0], ['k', 'nowhere', 'X', '__proto__', 1]])).toBe('"X" is not in "nowhere" any more');
  expect(load([GRAPH_FORMAT, [0], ['k', [0], {}]])).toMatch(/ any more$/);
  expect(load([GRAPH_FORMAT, [0], ['I', 'Function']])).toBe('this version of Node has no "Function"');
  expect(load([GRAPH_FORMAT, [0], ['I', 'eval']])).toBe('this version of Node has no "eval"');
  expect(load([GRAPH_FORMAT, [0], ['i', 'FramesMoney', [0]]])).toBe('a node needs itself before it is there');
  expect(load([GRAPH_FORMAT, [0], ['i', 'FramesMoney', 5]])).toMatch(/^fromData of "FramesMoney" failed/);
  expect(load([GRAPH_FORMAT, [0], ['r', '(', '', 0]])).toBe('a regular expression is none');
  expect(load([GRAPH_FORMAT, [0], ['c', 'collection', [1], 7, 'keys', false], ['m']])).toBe(
    'a cursor is before the beginning',
  );
  expect(load([GRAPH_FORMAT, [0], ['G', 'nowhere#main', null, '!']])).toBe(
    'the generator function "nowhere#main" is not in this code',
  );
  expect(({} as { polluted?: unknown }).polluted).toBe(undefined);
});

test('a key called __proto__ stays a key', () => {
  const value = JSON.parse('{"__proto__":{"polluted":1},"a":2}') as object;
  const loaded = roundTrip(value);
  expect([Object.keys(loaded), Object.getPrototypeOf(loaded) === Object.prototype]).toEqual([['__proto__', 'a'], true]);
});

test('a graph of more bytes than are read is not stored', () => {
  expect(refusal({ text: 'x'.repeat(MAX_RUN_BYTES) })).toMatch(/^ it has \d+ bytes: 33554432 are allowed$/);
});

test('instances of one class are read with the properties of each, and no setter of the class runs', () => {
  let ran = 0;
  class Counter {
    set total(_: number) {
      ran += 1;
    }
  }
  runtime.nameModule('counters', { own: { Counter: () => Counter }, imported: {}, classes: { Counter: false } });
  const own = { writable: true, enumerable: true, configurable: true };
  const made = [
    { a: 1, b: 2 },
    { b: 3, a: 4 },
    { a: 5, b: 6 },
    { a: 7 },
    { total: 8, a: 9 },
    { ['__proto__']: 10 },
  ].map((properties) => {
    const instance = new Counter();
    for (const [key, value] of Object.entries(properties)) Object.defineProperty(instance, key, { ...own, value });
    return instance;
  });
  const read = roundTrip(made);
  expect(read.map((one) => [one instanceof Counter, Object.getOwnPropertyDescriptors(one)])).toEqual(
    made.map((one) => [true, Object.getOwnPropertyDescriptors(one)]),
  );
  expect(read.map((one) => Object.keys(one).join())).toEqual(['a,b', 'b,a', 'a,b', 'a', 'total,a', '__proto__']);
  expect(ran).toBe(0);
  expect(load([GRAPH_FORMAT, [0], ['k', 'counters', 'Counter', 'a']])).toBe('a value is missing');
});
