/** Carries programs out, as the workflow whose input they are. */
import { workflow } from '../../../lib/api/workflow.ts';
import type { Coroutine } from '../../../lib/core/awaitable.ts';
import { blockPieces } from './block-pieces.ts';
import { freePieces } from './free-pieces.ts';
import { plainPieces } from './plain-pieces.ts';
import type { Body, Interpreter, Piece } from './program.ts';

export const pieces: Readonly<Record<string, Piece>> = { ...plainPieces, ...blockPieces, ...freePieces };

export const program = workflow('program', start);

/** Purged soon after its end. */
export const forgottenProgram = workflow('forgotten-program', { retention: '30 minutes' }, start);

function* start(body: Body): Coroutine<unknown[]> {
  const interpreter: Interpreter = { shared: new Map(), run: (inner) => run(inner, interpreter) };
  return yield* run(body, interpreter);
}

function* run(body: Body, interpreter: Interpreter): Coroutine<unknown[]> {
  const given: unknown[] = [];
  for (const statement of body) {
    const piece = pieces[statement.do];
    if (piece === undefined) throw new Error(`there is no piece "${statement.do}"`);
    given.push(yield* piece.run(statement, interpreter));
  }
  return given;
}
