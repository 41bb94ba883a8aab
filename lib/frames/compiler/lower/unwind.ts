/** `break`, `continue` and `return`: what they leave on the way out is closed, or runs its `finally`. */
import * as t from '@babel/types';
import type { Expression, Statement } from '@babel/types';
import { block, callOf, id, located, member, num, object, set, statement, undef } from '../build.ts';
import type { Jump } from '../states.ts';
import { replaceChildren, isFunctionNode, isClassNode } from '../tree.ts';
import type { Finalizer, Lowering, Target } from './lowering.ts';

/** How a `finally` was come to: see `how` of a Finalizer. Jumps are counted from FIRST_EXIT on. */
export const FELL_THROUGH = 0;
export const THREW = 1;
export const RETURNED = 2;
const FIRST_EXIT = 3;

export function jump(l: Lowering, to: Target | 'return'): void {
  for (const frame of l.frames.toReversed()) {
    if (frame === to) break;
    if (frame.kind === 'iterator') {
      const closing = l.blockIn(frame.outer);
      l.begin(closing);
      l.emit(statement(callOf(member(l.read(frame.variable), 'close'))));
    } else if (frame.kind === 'finally') {
      enterFinally(l, frame.finalizer, to);
      return;
    }
  }
  if (to === 'return') l.end({ kind: 'return', value: l.valueInFlight });
  else l.goto(to.to);
}

function enterFinally(l: Lowering, finalizer: Finalizer, to: Target | 'return'): void {
  const { how, value, body, exits } = finalizer;
  const isReturn = to === 'return';
  let index = exits.findIndex((exit) => exit.to === to);
  if (!isReturn && index === -1) index = exits.push({ to, name: to.words[0] ?? '' }) - 1;
  l.assign(how, num(isReturn ? RETURNED : FIRST_EXIT + index));
  l.assign(value, isReturn ? l.valueInFlight : undef());
  l.goto(body);
}

/** What comes after the code of a `finally`, however it was come to. */
export function leaveFinally(l: Lowering, { how, value, exits }: Finalizer): void {
  const on = (kind: number, go: () => void): void => {
    const [match, next] = [l.block(), l.block()];
    l.branch(t.binaryExpression('===', l.read(how), num(kind)), match, next);
    l.begin(match);
    go();
    l.begin(next);
  };
  on(THREW, () => {
    l.end({ kind: 'throw', value: l.read(value) });
  });
  on(RETURNED, () => {
    l.emit(statement(set(l.valueInFlight, l.read(value))));
    jump(l, 'return');
  });
  for (const [index, { to }] of exits.entries()) on(FIRST_EXIT + index, () => jump(l, to));
}

/** Where a `break` or `continue` with this label leads. */
export function targetOf(l: Lowering, word: 'break' | 'continue', label: string | undefined): Target {
  const wanted = label === undefined ? word : `${word} ${label}`;
  const found = l.frames.findLast((frame) => frame.kind === 'target' && frame.words.includes(wanted));
  if (found?.kind !== 'target') throw new Error(`nothing for ${wanted}`);
  return found;
}

/** A statement without a `yield`, in which what leaves it is a jump of the machine. */
export function emitNative(l: Lowering, code: Statement): void {
  const jumps: Jump[] = [];
  l.emit(withJumps(l, code, jumps, { labels: [], hasBreak: false, hasContinue: false }), jumps);
}

/** What a `break` or `continue` means by itself at this place. */
interface Inside {
  readonly labels: readonly string[];
  readonly hasBreak: boolean;
  readonly hasContinue: boolean;
}

function withJumps(l: Lowering, code: Statement, jumps: Jump[], inside: Inside): Statement {
  switch (code.type) {
    case 'ReturnStatement':
      return returnStatement(l, code, jumps);
    case 'BreakStatement':
    case 'ContinueStatement': {
      const word = code.type === 'BreakStatement' ? 'break' : 'continue';
      const stays = code.label
        ? inside.labels.includes(code.label.name)
        : inside[word === 'break' ? 'hasBreak' : 'hasContinue'];
      return stays ? code : jumpStatement(l, targetOf(l, word, code.label?.name), jumps, code);
    }
    default:
  }
  const within = insideOf(code, inside);
  replaceChildren(code, (child) => {
    if (isFunctionNode(child) || isClassNode(child) || t.isExpression(child)) return child;
    return withJumps(l, child as Statement, jumps, within);
  });
  return code;
}

function insideOf(code: Statement, inside: Inside): Inside {
  if (code.type === 'LabeledStatement') return { ...inside, labels: [...inside.labels, code.label.name] };
  if (code.type === 'SwitchStatement') return { ...inside, hasBreak: true };
  return t.isLoop(code) ? { ...inside, hasBreak: true, hasContinue: true } : inside;
}

function jumpStatement(l: Lowering, to: Target, jumps: Jump[], like: Statement): Statement {
  return located(block(goOn(l, to, jumps)), like);
}

function returnStatement(l: Lowering, code: t.ReturnStatement, jumps: Jump[]): Statement {
  const isDirect = l.frames.every(({ kind }) => kind === 'target');
  const value = code.argument ?? undef();
  if (isDirect) return located(t.returnStatement(located(finished(l, value), value)), code);
  return located(block([statement(set(l.valueInFlight, value)), ...goOn(l, 'return', jumps)]), code);
}

/** The last result of the machine. */
export function finished(l: Pick<Lowering, 'machine'>, value: Expression): Expression {
  return t.sequenceExpression([
    set(member(id(l.machine.frame), '#pc'), num(-1)),
    object([
      ['value', value],
      ['done', t.booleanLiteral(true)],
    ]),
  ]);
}

function goOn(l: Lowering, to: Target | 'return', jumps: Jump[]): Statement[] {
  const { current } = l;
  const landing = l.block();
  l.current = landing;
  jump(l, to);
  l.current = current;
  const literal = t.numericLiteral(0);
  jumps.push({ to: landing, literal });
  return [statement(set(id(l.machine.state), literal)), t.continueStatement(id(l.machine.loop))];
}
