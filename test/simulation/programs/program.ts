/**
 * Programs that are data: the input of a run is the program that it is to carry out. What can be said in them is a
 * table of pieces; a new command of lull's becomes one more piece.
 */
import type { Coroutine } from '../../../lib/core/awaitable.ts';
import type { Dice } from '../world/dice.ts';
import type { BodyPlan } from '../world/step-bodies.ts';

export interface Statement {
  /** The name of a piece. */
  readonly do: string;
  readonly name?: string;
  readonly ms?: number;
  readonly count?: number;
  readonly plan?: BodyPlan;
  readonly bodies?: readonly Body[];
}

export type Body = readonly Statement[];

/** Carries out bodies; each gives the list of what its statements gave. */
export interface Interpreter {
  readonly run: (body: Body) => Coroutine<unknown[]>;
  /** What all tasks of a run share. */
  readonly shared: Map<string, unknown>;
}

/** Draws programs. */
export interface Drawing {
  readonly dice: Dice;
  /** A name that no other statement has. */
  readonly name: (prefix: string) => string;
  readonly body: () => Body;
  readonly bodies: (most: number) => readonly Body[];
}

export interface Piece {
  /** How often it is drawn. */
  readonly weight: number;
  /** What comes of it does not depend on what ends first: it may stand in programs whose end is known beforehand. */
  readonly isDetermined: boolean;
  readonly draw: (drawing: Drawing) => Omit<Statement, 'do'>;
  readonly run: (statement: Statement, interpreter: Interpreter) => Coroutine<unknown>;
}

/** What every failure of a program is: which of several came first must not show. */
class Boom extends Error {}
export function boom(): Error {
  return new Boom('boom');
}

/** What a program finds wrong with what it is given. */
export class FoundWrong extends Error {}

/** Longer than any simulation has faults. */
export const NEVER = '3000 days';

export function bodyOf({ bodies }: Statement, index = 0): Body {
  return bodies?.[index] ?? [];
}
