/** Classes in generator functions: their methods see variables, not the frame, which goes on to change. */
import * as t from '@babel/types';
import type { Node } from '@babel/types';
import { callOf, id, located, named } from './build.ts';
import type { Rewriter } from './rewriter.ts';
import { replaceChildren } from './tree.ts';
import type { Unit } from './variables.ts';

export function classNode(r: Rewriter, node: t.Class): Node {
  const unit = r.names.unitOf.get(node) as Unit;
  const outer = r.unit;
  if (outer?.slots === undefined || r.isBeforeFrame) {
    r.within(unit, () => {
      replaceChildren(node, (child, key) => (key === 'id' ? child : r.node(child)));
    });
    return node;
  }
  // Its methods see variables, not the frame, which goes on to change.
  const captured = [...unit.captures];
  const given = captured.map((variable) => r.place(variable));
  r.within(unit, () => {
    replaceChildren(node, (child, key) => (key === 'id' ? child : r.node(child)));
  });
  const made = named(t.toExpression(node), unit.name, node.id !== null && node.id !== undefined);
  if (captured.length === 0) return made;
  return located(
    callOf(
      t.arrowFunctionExpression(
        captured.map((one) => id(r.capturedName(one))),
        made,
      ),
      ...given,
    ),
    node,
  );
}
