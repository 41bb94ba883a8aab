/**
 * A generator function as a graph of blocks: what runs without a gap, and how it ends. Blocks name variables as the source
 * does; where these are is decided later.
 */
import type { Expression, NumericLiteral, Statement } from '@babel/types';

export interface Block {
  /** Its number in the machine, once that is known. */
  number: number;
  readonly ops: Op[];
  end: End;
  /** The innermost `try` or loop with an open iterator around it. */
  readonly region: Region | undefined;
}

/** A statement that no other coroutine runs in. */
export interface Op {
  readonly code: Statement;
  /** Where it may jump to. */
  readonly jumps: readonly Jump[];
}

export interface Jump {
  readonly to: Block;
  /** Stands for the number of the block in the code. */
  readonly literal: NumericLiteral;
}

/** What catches the errors of some blocks, and `return` of the generator. */
export interface Region {
  readonly parent: Region | undefined;
  readonly onThrow: Block;
  /** Undefined if a return is no concern of it, as in a `catch`. */
  readonly onReturn: Block | undefined;
}

export type End =
  | { readonly kind: 'open' }
  | { readonly kind: 'goto'; readonly to: Block }
  | { readonly kind: 'branch'; readonly test: Expression; readonly yes: Block; readonly no: Block }
  | { readonly kind: 'yield'; readonly value: Expression | undefined; readonly then: Block; readonly point: Point }
  /** A block of its own, which is resumed until the delegate has ended. */
  | { readonly kind: 'delegate'; readonly then: Block; readonly point: Point }
  | { readonly kind: 'return'; readonly value: Expression | undefined }
  | { readonly kind: 'throw'; readonly value: Expression };

/** An await point, as it is in the source. */
export interface Point {
  readonly text: string;
  /** The whole statement: its text counts if parts of it have been evaluated. */
  readonly statement: string;
  readonly around: readonly string[];
  readonly line: number;
  readonly column: number;
  /** Where it begins in the source. */
  readonly at: number;
}

export function successors(block: Block): Block[] {
  const { end } = block;
  const jumps = block.ops.flatMap((op) => op.jumps.map(({ to }) => to));
  switch (end.kind) {
    case 'goto':
      return [...jumps, end.to];
    case 'branch':
      return [...jumps, end.yes, end.no];
    case 'yield':
    case 'delegate':
      return [...jumps, end.then, ...handlers(end.then.region), ...handlers(block.region)];
    default:
      return jumps;
  }
}

/** Where an error and a return go in a region. */
export function handlers(region: Region | undefined): Block[] {
  if (region === undefined) return [];
  const onReturn = returnTarget(region);
  return onReturn === undefined ? [region.onThrow] : [region.onThrow, onReturn];
}

export function returnTarget(region: Region | undefined): Block | undefined {
  for (let at = region; at !== undefined; at = at.parent) if (at.onReturn !== undefined) return at.onReturn;
  return undefined;
}

/** The blocks that can be reached, in the order in which they were made. */
export function reachable(all: readonly Block[]): Block[] {
  const seen = new Set<Block>();
  const waiting = all.slice(0, 1);
  for (let block = waiting.pop(); block !== undefined; block = waiting.pop()) {
    if (seen.has(block)) continue;
    seen.add(block);
    waiting.push(...successors(block), ...handlers(block.region));
  }
  return all.filter((block) => seen.has(block));
}
