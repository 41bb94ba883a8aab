/** Whether of two places in a function only one is reached. */
import { type Node, parentOf } from './syntax.ts';

/** Two branches of one `if`, `?:`, `switch` or `try`: where one is taken, the other is not. */
export function exclude(first: Node, second: Node): boolean {
  const above = new Map(branches(first));
  for (const [node, branch] of branches(second)) {
    const other = above.get(node);
    if (other !== undefined && other !== branch && areBranches(node, other, branch)) return true;
  }
  return false;
}

/** The nodes above, each with its child that leads to the node. */
function* branches(node: Node): Generator<[Node, Node]> {
  for (let child = node, parent = parentOf(node); parent; child = parent, parent = parentOf(parent)) {
    yield [parent, child];
  }
}

function areBranches(node: Node, first: Node, second: Node): boolean {
  switch (node.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
      return node.test !== first && node.test !== second;
    case 'SwitchStatement':
      return node.discriminant !== first && node.discriminant !== second;
    case 'TryStatement':
      // What is tried and what handles its failure: a step that failed there may well be done again here.
      return node.finalizer !== first && node.finalizer !== second;
    default:
      return false;
  }
}
