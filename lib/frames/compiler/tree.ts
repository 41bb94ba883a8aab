/** Ways through a tree that need no scopes: the children of a node, one by one or replaced. */
import { VISITOR_KEYS, type Node } from '@babel/types';

type Slot = Node | null | undefined | (Node | null)[];

export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (const key of VISITOR_KEYS[node.type] ?? []) {
    const slot = (node as unknown as Record<string, Slot>)[key];
    if (Array.isArray(slot)) {
      for (const child of slot) if (child !== null) children.push(child);
    } else if (slot !== null && slot !== undefined) {
      children.push(slot);
    }
  }
  return children;
}

/** Each child becomes what `replace` gives: a node, several (in a list), or none. */
export function replaceChildren(
  node: Node,
  replace: (child: Node, key: string) => Node | readonly Node[] | null,
): void {
  const holder = node as unknown as Record<string, Slot>;
  for (const key of VISITOR_KEYS[node.type] ?? []) {
    const slot = holder[key];
    if (Array.isArray(slot)) {
      holder[key] = slot.flatMap((child): (Node | null)[] => {
        if (child === null) return [null];
        const given = replace(child, key);
        return given === null ? [] : Array.isArray(given) ? (given as Node[]) : [given as Node];
      });
    } else if (slot !== null && slot !== undefined) {
      holder[key] = replace(slot, key) as Node | null;
    }
  }
}

/** Whether a function begins here: what is inside belongs to another coroutine, or to none. */
export function isFunctionNode(node: Node): boolean {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'ObjectMethod':
    case 'ClassMethod':
    case 'ClassPrivateMethod':
      return true;
    default:
      return false;
  }
}

/** The computed key of a method: a part of the code around it. */
export function computedKey(node: Node): Node | undefined {
  const { key, computed } = node as { key?: Node; computed?: boolean };
  return isFunctionNode(node) && computed === true ? key : undefined;
}

export function isClassNode(node: Node): node is Extract<Node, { type: 'ClassDeclaration' | 'ClassExpression' }> {
  return node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
}
