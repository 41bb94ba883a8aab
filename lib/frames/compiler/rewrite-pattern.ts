/** A pattern, of parameters, declarations or targets, with its places rewritten. Defaults and computed keys are code. */
import * as t from '@babel/types';
import type { Expression, Node } from '@babel/types';
import type { Rewriter } from './rewriter.ts';

/** `place` is asked for each name or member that the pattern gives a value to. */
export function rewritePattern(r: Rewriter, node: Node, place: (node: Node) => Node): Node {
  const within = (part: Node): t.Identifier => rewritePattern(r, part, place) as t.Identifier;
  switch (node.type) {
    case 'ObjectPattern':
      for (const property of node.properties) {
        if (property.type === 'RestElement') {
          property.argument = within(property.argument);
          continue;
        }
        property.shorthand = false;
        if (property.computed) property.key = r.expression(property.key as Expression);
        property.value = within(property.value);
      }
      return node;
    case 'ArrayPattern':
      node.elements = node.elements.map((element) => (element === null ? null : within(element)));
      return node;
    case 'AssignmentPattern':
      node.left = within(node.left);
      node.right = r.expression(node.right);
      return node;
    case 'RestElement':
      node.argument = within(node.argument);
      return node;
    default:
      return place(node);
  }
}
