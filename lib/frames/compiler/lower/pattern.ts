/** Destructuring with a `yield` in it: part by part, as the language does it. */
import * as t from '@babel/types';
import type { Expression, Node } from '@babel/types';
import { array, callOf, located, member, set, statement, undef } from '../build.ts';
import type { Region } from '../states.ts';
import { again, reference } from './parts.ts';
import type { Variable } from '../variables.ts';
import type { Lowering } from './lowering.ts';

/** Whether the names in it are declared here, or are there already. */
export type How = 'declare' | 'assign';

/** `value` is a constant or was kept, and may be used several times. */
export function assignPattern(l: Lowering, pattern: Node, value: Expression, how: How): void {
  switch (pattern.type) {
    case 'ObjectPattern':
      objectPattern(l, pattern, value, how);
      break;
    case 'ArrayPattern':
      arrayPattern(l, pattern, value, how);
      break;
    case 'AssignmentPattern':
      assignPattern(l, pattern.left, withDefault(l, value, pattern.right), how);
      break;
    case 'Identifier':
      assignName(l, pattern, value, how);
      break;
    default: {
      const target = reference(l, pattern as Expression, false).write();
      l.emit(statement(located(set(target, value), pattern)));
    }
  }
}

export function assignName(l: Lowering, name: t.Identifier, value: Expression, how: How): void {
  if (how === 'assign') {
    l.emit(statement(located(set(name, value), name)));
    return;
  }
  l.emit(located(t.variableDeclaration('let', [t.variableDeclarator(name, value)]), name));
}

function withDefault(l: Lowering, value: Expression, otherwise: Expression): Expression {
  const result = l.fresh();
  l.assign(result, value);
  const [missing, after] = [l.block(), l.block()];
  l.branch(t.binaryExpression('===', l.read(result), undef()), missing, after);
  l.begin(missing);
  l.assign(result, l.expression(otherwise));
  l.begin(after);
  return l.read(result);
}

function objectPattern(l: Lowering, pattern: t.ObjectPattern, value: Expression, how: How): void {
  l.emit(statement(callOf(l.runtime('objectCoercible'), again(l, value))));
  const taken: Expression[] = [];
  for (const property of pattern.properties) {
    if (property.type === 'RestElement') {
      const rest = callOf(l.runtime('restOf'), again(l, value), array(taken));
      assignPattern(l, property.argument, l.keep(rest), how);
      continue;
    }
    const key = property.computed
      ? l.keep(callOf(l.runtime('propertyKey'), l.expression(property.key as Expression)))
      : keyText(property.key);
    taken.push(again(l, key));
    const read = (): Expression => located(t.memberExpression(again(l, value), again(l, key), true), property);
    assignPattern(l, property.value, l.keep(read()), how);
  }
}

function keyText(key: Node): Expression {
  return t.stringLiteral(
    key.type === 'Identifier' ? key.name : String((key as t.StringLiteral | t.NumericLiteral).value),
  );
}

/** The iterator is closed if the pattern takes less than there is, or fails, but not if the iterator itself has failed. */
function arrayPattern(l: Lowering, pattern: t.ArrayPattern, value: Expression, how: How): void {
  l.patternDepth += 1;
  const cursor = l.variable('pattern', l.patternDepth);
  l.assign(cursor, callOf(l.runtime('iterate'), again(l, value)));
  const [outer, failed, returned, after] = [l.region, l.block(), l.block(), l.block()];
  const region: Region = { parent: outer, onThrow: failed, onReturn: returned };
  l.frames.push({ kind: 'iterator', variable: cursor, outer });
  l.inRegion(region, () => {
    for (const element of pattern.elements) takeElement(l, element, cursor, how);
  });
  l.frames.pop();
  const closing = l.blockIn(outer);
  l.begin(closing);
  l.emit(statement(callOf(member(l.read(cursor), 'close'))));
  l.goto(after);
  l.begin(failed);
  l.emit(statement(callOf(member(l.read(cursor), 'closeQuietly'))));
  l.end({ kind: 'throw', value: l.valueInFlight });
  l.begin(returned);
  l.emit(statement(callOf(member(l.read(cursor), 'close'))));
  l.leaveByReturn();
  l.begin(after);
  l.patternDepth -= 1;
}

/** What is assigned to is evaluated before the iterator is asked. */
function takeElement(l: Lowering, element: Node | null, cursor: Variable, how: How): void {
  const isRest = element?.type === 'RestElement';
  const take = (): Expression => callOf(member(l.read(cursor), isRest ? 'takeRest' : 'take'));
  if (element === null) {
    l.emit(statement(take()));
    return;
  }
  const inner = isRest ? element.argument : element;
  const target = inner.type === 'AssignmentPattern' ? inner.left : inner;
  if (target.type !== 'MemberExpression') {
    assignPattern(l, inner, l.keep(take()), how);
    return;
  }
  const place = reference(l, target, true);
  const taken = l.keep(take());
  const value = inner.type === 'AssignmentPattern' ? withDefault(l, taken, inner.right) : taken;
  l.emit(statement(located(set(place.write(), value), target)));
}
