/** Which parts of a generator function have a `yield` of its own in them. */
import type { Node } from '@babel/types';
import { childrenOf, isClassNode, isFunctionNode } from './tree.ts';

export class Yields {
  readonly #known = new Map<Node, boolean>();

  in(node: Node | null | undefined): boolean {
    if (node === null || node === undefined) return false;
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    const has =
      node.type === 'YieldExpression' || childrenOf(node).some((child) => this.#isOwn(node, child) && this.in(child));
    this.#known.set(node, has);
    return has;
  }

  /** What a class extends, and its computed keys, belong to the function around it; so do those of methods. */
  #isOwn(parent: Node, child: Node): boolean {
    if (isFunctionNode(parent))
      return 'key' in parent && parent.key === child && (parent as { computed?: boolean }).computed === true;
    if (isClassNode(parent)) return child === parent.superClass || child === parent.body;
    if (parent.type === 'ClassProperty') return parent.key === child && parent.computed;
    return parent.type !== 'StaticBlock' && parent.type !== 'ClassPrivateProperty';
  }
}
