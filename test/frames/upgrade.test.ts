/** Frames of one build that are read by another: an await point is known by what it is, not by where it is. */
import { expect, test } from 'vitest';
import { compiledMaker } from './support/in-process.ts';

const before = `
function* main(order) {
  const items = [];
  for (const name of ['a', 'b']) {
    items.push(yield 'ask ' + name);
  }
  return items;
}`;

/** How the stored run goes on in other code: its result, or why it does not. */
function goesOn(after: string): unknown {
  const old = compiledMaker(before)([]);
  const generator = old.main(1);
  generator.next();
  const stored = old.store(generator);
  if (stored.kind !== 'stored') throw new Error(stored.reason);
  const loaded = compiledMaker(after)([]).load(stored.bytes);
  if (loaded.kind === 'refused') return loaded.reason;
  const again = loaded.value as Generator;
  again.next('x');
  return again.next('y').value;
}

test('code that changed elsewhere goes on', () => {
  expect(goesOn(before)).toEqual(['x', 'y']);
  expect(goesOn(before.replace('const items', 'log("new"); let other = 1; yield other; const items'))).toEqual([
    'x',
    'y',
  ]);
  expect(goesOn(before.replace('return items', 'return [...items, "new end"]'))).toEqual(['x', 'y', 'new end']);
  expect(goesOn(before.replaceAll(/\n\s*/g, '\n\n'))).toEqual(['x', 'y']);
});

test('an await point that says something else, is in another loop or needs other variables does not', () => {
  const refused = /^program#main has no await point "\S+" any more: its code has changed$/;
  expect(goesOn(before.replace('ask', 'beg'))).toMatch(refused);
  expect(goesOn(before.replace("['a', 'b']", "['a', 'b', 'c']"))).toMatch(refused);
  expect(goesOn(before.replace('return items', 'return [items, order]'))).toMatch(refused);
  expect(goesOn(before.replace('main', 'other').concat('\nconst main = other;'))).toBe(
    'the generator function "program#main" is not in this code',
  );
});

test('await points that look the same are not taken for each other when there is one more of them', () => {
  const twice = 'function* main() { yield 1; yield 1; return "end"; }';
  const thrice = 'function* main() { yield 1; yield 1; yield 1; return "end"; }';
  const old = compiledMaker(twice)([]);
  const generator = old.main();
  generator.next();
  const stored = old.store(generator);
  if (stored.kind !== 'stored') throw new Error(stored.reason);
  expect(compiledMaker(thrice)([]).load(stored.bytes).kind).toBe('refused');
  expect(compiledMaker(twice)([]).load(stored.bytes).kind).toBe('loaded');
});
