/** Parts of expressions: several in a row, what is assigned to, and what was kept. */
import * as t from '@babel/types';
import type { Expression } from '@babel/types';
import { array, located } from '../build.ts';
import type { Lowering } from './lowering.ts';

export type Item = Expression | t.SpreadElement | null;

/** Several in a row; all but the last ones are kept, if a `yield` comes after them. */
export function sequence(l: Lowering, items: readonly Item[]): Item[] {
  const last = items.findLastIndex((item) => l.yields.in(item));
  return items.map((item, index) => {
    if (item === null) return null;
    if (item.type === 'SpreadElement') {
      const value = l.expression(item.argument);
      return index < last ? t.spreadElement(l.keep(array([t.spreadElement(value)]))) : t.spreadElement(value);
    }
    const value = l.expression(item);
    return index < last ? l.keep(value) : value;
  });
}

interface Reference {
  read(): Expression;
  write(): t.Identifier | t.MemberExpression;
}

/** What is assigned to: its object and key are evaluated now, and kept if they are needed later. */
export function reference(l: Lowering, node: Expression, isLater: boolean): Reference {
  if (node.type !== 'MemberExpression') {
    const like = node as t.Identifier;
    const variable = l.names.variableOf.get(like);
    const again = (): t.Identifier => (variable === undefined ? t.identifier(like.name) : l.read(variable, like));
    return { read: again, write: again };
  }
  const hasYield = l.yields.in(node);
  if (!isLater && !hasYield) return { read: () => node, write: () => node };
  const isComputed = node.computed;
  const parts = isComputed ? [node.object, node.property as Expression] : [node.object];
  const [object, key] = sequence(l, parts).map((part) => l.keep(part as Expression));
  const make = (): t.MemberExpression =>
    located(
      t.memberExpression(
        again(l, object as Expression),
        isComputed ? again(l, key as Expression) : node.property,
        isComputed,
      ),
      node,
    );
  return { read: make, write: make };
}

/** What was kept, once more. */
export function again(l: Lowering, kept: Expression): Expression {
  const variable = l.names.variableOf.get(kept);
  return variable === undefined ? t.cloneNode(kept) : l.read(variable, kept);
}
