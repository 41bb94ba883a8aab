/**
 * Random changes of a program between two turns. Code that follows a journal takes no result that was meant for something
 * else, unless the change is of a kind that docs/upgrading.md names as one that cannot be seen.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Coroutine, defineStep, random, sleep, step } from 'lull';
import { replay } from '../../lib/journal/replay.ts';
import { drive, newRun } from '../scheduler/drive.ts';

interface StepPiece {
  readonly kind: 'defined' | 'inline';
  readonly name: string;
  readonly about: number;
  readonly key?: string;
}

type Piece = StepPiece | { readonly kind: 'draw' | 'sleep' };

function isStep(piece: Piece): piece is StepPiece {
  return piece.kind === 'defined' || piece.kind === 'inline';
}

const steps: fc.Arbitrary<StepPiece> = fc
  .record({
    kind: fc.constantFrom('defined', 'inline'),
    name: fc.constantFrom('a', 'a', 'b'),
    about: fc.nat({ max: 2 }),
    key: fc.constantFrom('x', 'y', undefined, undefined, undefined, undefined),
  })
  .map(({ key, ...piece }) => (key === undefined ? piece : { ...piece, key }));

const pieces: fc.Arbitrary<Piece> = fc.oneof(
  { weight: 3, arbitrary: steps },
  { weight: 1, arbitrary: fc.constantFrom<Piece>({ kind: 'draw' }, { kind: 'sleep' }) },
);

/** A swap, an insertion, a removal, another name, argument or key: as often as a small deployment has them. */
const changes = fc.array(
  fc.record({ how: fc.constantFrom('swap', 'insert', 'remove', 'replace', 'argument'), at: fc.nat(), piece: pieces }),
  { minLength: 1, maxLength: 3 },
);

function changed(program: readonly Piece[], todo: readonly { how: string; at: number; piece: Piece }[]): Piece[] {
  const result = [...program];
  for (const { how, at, piece } of todo) {
    const index = at % (result.length + 1);
    if (how === 'insert') result.splice(index, 0, piece);
    if (how === 'remove') result.splice(index, 1);
    if (how === 'replace') result.splice(index, 1, piece);
    const there = result[index];
    if (how === 'argument' && there !== undefined && isStep(there)) {
      result[index] = { ...there, about: (there.about + 1) % 3 };
    }
    if (how === 'swap' && index + 1 < result.length) result.splice(index, 2, result[index + 1]!, result[index]!);
  }
  return result;
}

interface Seen {
  readonly piece: StepPiece;
  /** What the code of now would have its step do. */
  readonly meant: string;
  /** What the journal says that it did. */
  readonly got: unknown;
}

function* perform(program: readonly Piece[], seen: Seen[]): Coroutine<void> {
  const drawn: number[] = [];
  for (const piece of program) {
    if (piece.kind === 'draw') drawn.push(random());
    if (piece.kind === 'sleep') yield* sleep('1h');
    if (!isStep(piece)) continue;
    const meant = JSON.stringify([piece.name, piece.about, drawn]);
    const options = piece.key === undefined ? {} : { key: piece.key };
    const call =
      piece.kind === 'inline'
        ? step(piece.name, options, () => meant)
        : defineStep(piece.name, options, (_about: number) => meant)(piece.about);
    seen.push({ piece, meant, got: yield* call });
  }
}

/** What docs/upgrading.md says that a replay cannot see: of the step as it was recorded, and as it is now. */
function cannotBeSeen(before: StepPiece, now: StepPiece): boolean {
  if (before.key !== undefined) return before.key === now.key; // the key alone is compared
  return before.kind === 'inline' || now.key !== undefined; // there was nothing to compare, or the new key takes over
}

it('a change of the code is found, or changes nothing of what was recorded, or is of those that cannot be seen', () => {
  const outcomes = { found: 0, followed: 0, unseen: 0 };
  fc.assert(
    fc.property(fc.array(pieces, { minLength: 1, maxLength: 6 }), changes, fc.nat(), (before, todo, cut) => {
      const recorded: Seen[] = [];
      const { journal } = drive(() => perform(before, recorded), { seed: 'dice' });
      const firstSeen: Seen[] = [];
      const now = changed(before, todo);
      const run = newRun(() => perform(now, firstSeen), { seed: 'dice' });
      // The worker may have died anywhere, also between two entries of one event.
      const head = journal.slice(0, 1 + (cut % journal.length));
      const followed = replay(structuredClone(head), (event, upTo) => run.deliver(event, upTo));
      if (followed.kind === 'diverged') {
        expect(now).not.toEqual(before);
        outcomes.found += 1;
        return;
      }
      for (const [index, { piece, meant, got }] of firstSeen.entries()) {
        if (got === meant) continue;
        const [name, about, drawn] = JSON.parse(meant) as [string, number, number[]];
        const [gotName, gotAbout, gotDrawn] = JSON.parse(got as string) as [string, number, number[]];
        expect(gotName).toBe(name);
        expect(gotDrawn).toEqual(drawn); // random numbers never shift
        expect(gotAbout).not.toBe(about);
        expect(cannotBeSeen(recorded[index]!.piece, piece)).toBe(true);
        outcomes.unseen += 1;
      }
      outcomes.followed += 1;
    }),
    { seed: 20_261_122, numRuns: 1_500 },
  );
  for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(50);
});
