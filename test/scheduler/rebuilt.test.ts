import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isRecordedCommand } from '../../lib/journal/event.ts';
import type { Outcome } from '../../lib/scheduler/live-run.ts';
import { drive, type Driven, type DriveOptions } from './drive.ts';
import { messages, toBody, type Tree, trees } from './random-trees.ts';

function run(tree: Tree, options: DriveOptions): Driven & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  let isReplaying = false;
  const body = toBody(tree, (line) => isReplaying || lines.push(line));
  const driven = drive(body, { ...options, onRebuild: (replaying) => (isReplaying = replaying) });
  return { ...driven, lines };
}

it('I4: a run that is rebuilt from its journal before each event does and records what it does straight through', () => {
  fc.assert(
    fc.property(trees, messages, (tree, messages) => {
      const straight = run(tree, { mode: 'straight', strict: false, messages });
      const rebuilt = run(tree, { mode: 'rebuilt', strict: false, messages });
      expect(rebuilt.lines).toEqual(straight.lines);
      expect(rebuilt.journal).toEqual(straight.journal);
      expect(plain(rebuilt.outcome)).toEqual(plain(straight.outcome));
    }),
    { numRuns: 400 },
  );
});

it('I4: what ran straight through twice is the same to the byte', () => {
  fc.assert(
    fc.property(trees, messages, (tree, messages) => {
      const [first, second] = [1, 2].map(() => run(tree, { strict: false, messages }));
      expect(JSON.stringify(second!.journal)).toBe(JSON.stringify(first!.journal));
      expect(second!.lines).toEqual(first!.lines);
    }),
    { numRuns: 100 },
  );
});

it('another seed changes the dice and nothing else', () => {
  const tree: Tree = { kind: 'sequence', of: [{ kind: 'random' }, { kind: 'step', fails: false }, { kind: 'random' }] };
  const dice = (seed: string) => (run(tree, { seed }).outcome as { value: [number, string, number] }).value;
  const [a, b] = [dice('one'), dice('two')];
  expect([a[1], b[1]]).toEqual(['given', 'given']);
  expect(new Set([a[0], a[2], b[0], b[2]]).size).toBe(4);
});

it('the random trees reach all kinds of ends: the property above is not about trivia', () => {
  const seen = { completed: 0, failed: 0, cancelled: 0, terminated: 0, continued: 0, 'going-on': 0, commands: 0 };
  fc.assert(
    fc.property(trees, messages, (tree, messages) => {
      const { outcome, journal } = run(tree, { strict: false, messages });
      seen[outcome.kind] += 1;
      seen.commands += journal.filter(isRecordedCommand).length;
    }),
    { numRuns: 400, seed: 1 },
  );
  expect(Math.min(seen.completed, seen.failed, seen.cancelled)).toBeGreaterThan(20);
  expect(seen['going-on']).toBeGreaterThan(0);
  expect(seen.commands).toBeGreaterThan(800);
});

function plain(outcome: Outcome): unknown {
  return 'error' in outcome ? { kind: outcome.kind, error: String(outcome.error) } : outcome;
}
