/** What is in a stored frame: what may still be read, and nothing else. */
import { expect, test } from 'vitest';
import { compiledMaker } from './support/in-process.ts';

interface StoredText {
  readonly text: string;
  readonly refusal: string;
}

/** The stored form after so many resumptions. */
function stored(source: string, resumptions: number): StoredText {
  const { main, store } = compiledMaker(source)([]);
  const generator = main(10);
  for (let index = 0; index < resumptions; index += 1) generator.next(index);
  const result = store(generator);
  return result.kind === 'stored'
    ? { text: Buffer.from(result.bytes).toString(), refusal: '' }
    : { text: '', refusal: `${result.path} ${result.reason}` };
}

test('a variable that is not read again is not stored', () => {
  const { text } = stored(
    'function* main() { const dead = "DEAD"; log(dead); const alive = "ALIVE"; yield 1; return alive; }',
    1,
  );
  expect(text).toContain('ALIVE');
  expect(text).not.toContain('DEAD');
});

test('a variable that is written before it is read again is not stored', () => {
  const { text } = stored('function* main() { let x = "OLD"; log(x); yield 1; x = "NEW"; return x; }', 1);
  expect(text).not.toContain('OLD');
});

test('a variable that only a catch reads is stored while an error may lead there, and not after', () => {
  const source = 'function* main() { const note = "NOTE"; try { yield 1; } catch { return note; } yield 2; return 0; }';
  expect(stored(source, 1).text).toContain('NOTE');
  expect(stored(source, 2).text).not.toContain('NOTE');
});

test('a variable that only a finally reads is stored, since a return of the generator leads there', () => {
  expect(stored('function* main() { const note = "NOTE"; try { yield 1; } finally { log(note); } }', 1).text).toContain(
    'NOTE',
  );
});

test('a promise that is dead does not hinder a frame, and one that is alive is refused with its name and line', () => {
  const dead = 'function* main() { const p = Promise.resolve(1); log(p); yield 1; return 2; }';
  const alive = 'function* main() {\n  const p = { inner: [Promise.resolve(1)] };\n  yield 1;\n  return p;\n}';
  expect(stored(dead, 1).refusal).toBe('');
  expect(stored(alive, 1).refusal).toBe(' (main:3).p.inner[0] is a Promise, which lives in one process only');
});

test('what a dead closure has captured is not stored', () => {
  const source =
    'function* main() { const p = Promise.resolve(1); let n = 0; const f = () => [p, n++]; f(); yield n; return n; }';
  expect(stored(source, 1).refusal).toBe('');
});

test('a loop that sums is as large after ten thousand awaits as after ten, but for its digits', () => {
  const source =
    'function* main() { let sum = 0; for (let i = 0; i < 100000; i++) { const one = yield i; sum += one; } return sum; }';
  const [few, many] = [stored(source, 10).text.length, stored(source, 10_000).text.length];
  expect(few).toBeLessThan(120);
  expect(many - few).toBeLessThan(20);
});

test('the native iterator of a loop is a position, not the rest of the list', () => {
  const list = Array.from({ length: 50 }, (_, index) => `item${index}`);
  const { text } = stored(
    `const LIST = ${JSON.stringify(list)};\nfunction* main() { for (const x of LIST) yield x; }`,
    20,
  );
  expect(text).not.toContain('item');
  expect(text.length).toBeLessThan(200);
});
