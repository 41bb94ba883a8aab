/** Draws programs from the grammar. */
import type { Dice } from '../world/dice.ts';
import { pieces } from './interpret.ts';
import type { Body, Drawing, Statement } from './program.ts';

export interface ProgramOptions {
  /** Only what has one end, whatever comes first. */
  readonly isDetermined: boolean;
  /** About how many statements. */
  readonly size: number;
}

const DEEPEST = 5;

export function drawProgram(dice: Dice, { isDetermined, size }: ProgramOptions): Body {
  const weights = Object.fromEntries(
    Object.entries(pieces)
      .filter(([, piece]) => piece.isDetermined || !isDetermined)
      .map(([name, { weight }]) => [name, weight]),
  );
  let left = size;
  let names = 0;
  const drawBody = (depth: number): Body => {
    const body: Statement[] = [];
    const length = depth === 0 ? dice.between(1, 6) : dice.between(0, 3);
    while (body.length < length && left > 0) {
      left -= 1;
      body.push(drawStatement(depth));
    }
    return body;
  };
  const drawStatement = (depth: number): Statement => {
    const name = dice.weighted(weights);
    const drawing: Drawing = {
      dice,
      name: (prefix) => `${prefix}-${(names += 1)}`,
      body: () => (depth >= DEEPEST ? [] : drawBody(depth + 1)),
      bodies: (most) => Array.from({ length: dice.between(1, most) }, () => drawing.body()),
    };
    return { do: name, ...pieces[name]?.draw(drawing) };
  };
  return drawBody(0);
}

/** The signals that a determined program waits for, at most, in the order of its text. */
export function signalsOf(body: Body, times = 1): { readonly name: string; readonly number: number }[] {
  return body.flatMap(({ do: kind, name = '', count = 1, bodies = [] }) => {
    const own = kind === 'receive' ? Array.from({ length: count * times }, (_, number) => ({ name, number })) : [];
    const rounds = kind === 'repeat' || kind === 'retry' || kind === 'queue' ? count * times : times;
    return [...own, ...bodies.flatMap((inner) => signalsOf(inner, rounds))];
  });
}
