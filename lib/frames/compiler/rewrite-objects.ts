/** Object literals: methods and accessors are closures too, and functions are called what their keys are. */
import * as t from '@babel/types';
import type { Expression, Node } from '@babel/types';
import { callOf, id, located, set, str } from './build.ts';
import { functionExpression } from './closures.ts';
import type { Rewriter } from './rewriter.ts';
import { replaceChildren } from './tree.ts';
import type { Unit } from './variables.ts';

/** Methods and accessors of an object are closures too. */
export function objectExpression(r: Rewriter, node: t.ObjectExpression): Node {
  const parts: (t.ObjectExpression['properties'] | t.ObjectMethod)[] = [[]];
  for (const property of node.properties) {
    const unit = property.type === 'ObjectMethod' ? r.names.unitOf.get(property) : undefined;
    if (property.type !== 'ObjectMethod' || unit === undefined || r.staysInPlace(unit)) {
      (parts.at(-1) as t.ObjectExpression['properties']).push(r.node(property) as t.ObjectProperty);
      continue;
    }
    if (property.kind === 'method') {
      const { key, value } = namedByKey(r, property, () => functionExpression(r, property, unit));
      (parts.at(-1) as t.ObjectExpression['properties']).push(
        located(t.objectProperty(key, value, property.computed), property),
      );
      continue;
    }
    parts.push(property, []);
  }
  const [first, ...rest] = parts;
  let made: Expression = located(t.objectExpression(first as t.ObjectExpression['properties']), node);
  for (const part of rest) {
    if (!Array.isArray(part)) made = accessor(r, made, part);
    else if (part.length > 0) made = callOf(r.runtime('extend'), made, t.objectExpression(part));
  }
  return made;
}

export function property(r: Rewriter, node: t.ObjectProperty): Node {
  node.shorthand = false;
  const unit = r.names.unitOf.get(node.value);
  if (!node.computed || unit?.name !== '' || r.staysInPlace(unit)) {
    replaceChildren(node, r.child);
    return node;
  }
  const { key, value } = namedByKey(r, node, () => r.expression(node.value as Expression));
  return located(t.objectProperty(key, value, true), node);
}

/** A function gets the name of its key, which may be known only when it is there. */
function namedByKey(
  r: Rewriter,
  node: t.ObjectProperty | t.ObjectMethod,
  make: () => Expression,
): { readonly key: Expression; readonly value: Expression } {
  if (!node.computed) return { key: node.key as Expression, value: make() };
  const name = r.newName('n');
  r.output.hoisted.push(t.variableDeclaration('let', [t.variableDeclarator(id(name))]));
  const key = set(id(name), callOf(r.runtime('propertyKey'), r.expression(node.key as Expression)));
  return { key, value: callOf(r.runtime('named'), make(), id(name)) };
}

function accessor(r: Rewriter, target: Expression, node: t.ObjectMethod): Expression {
  const unit = r.names.unitOf.get(node) as Unit;
  const key = node.computed
    ? r.expression(node.key)
    : str(
        node.key.type === 'Identifier' ? node.key.name : String((node.key as t.StringLiteral | t.NumericLiteral).value),
      );
  const method = functionExpression(r, node, unit);
  return located(callOf(r.runtime('accessor'), target, str(node.kind), key, method), node);
}
