/** Nodes of a syntax tree, seen alike in JavaScript and in TypeScript: a cast around an expression is looked through. */
import type { Rule, Scope, SourceCode } from 'eslint';

/** A node as ESTree has it. ESLint adds `parent` to each of them while it reads a file. */
export type Node = Parameters<SourceCode['getScope']>[0];
export type NodeOf<Type extends Node['type']> = Extract<Node, { type: Type }>;
export type FunctionNode = NodeOf<'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression'>;
export type CallNode = NodeOf<'CallExpression' | 'NewExpression'>;

const AROUND = new Set<string>([
  'ChainExpression',
  'ParenthesizedExpression',
  'TSAsExpression',
  'TSInstantiationExpression',
  'TSNonNullExpression',
  'TSSatisfiesExpression',
  'TSTypeAssertion',
]);

export function parentOf(node: Node): Node | undefined {
  return (node as Rule.Node).parent ?? undefined;
}

/** The expression within casts, `!` and `?.`. */
export function unwrap(node: Node): Node {
  let inner = node;
  while (AROUND.has(inner.type)) inner = (inner as unknown as { expression: Node }).expression;
  return inner;
}

/** The outermost cast around an expression, or the expression itself. */
export function wrapped(node: Node): Node {
  let outer = node;
  for (let parent = parentOf(outer); parent && AROUND.has(parent.type); parent = parentOf(outer)) outer = parent;
  return outer;
}

export function isFunction(node: Node | undefined): node is FunctionNode {
  return (
    node?.type === 'FunctionDeclaration' ||
    node?.type === 'FunctionExpression' ||
    node?.type === 'ArrowFunctionExpression'
  );
}

export function isCall(node: Node | undefined): node is CallNode {
  return node?.type === 'CallExpression' || node?.type === 'NewExpression';
}

/** The function in which a node is written: for a function, the one around it. */
export function functionAround(node: Node): FunctionNode | undefined {
  let around = parentOf(node);
  while (around && !isFunction(around)) around = parentOf(around);
  return around;
}

export function contains(outer: Node, inner: Node): boolean {
  const [start = 0, end = 0] = outer.range ?? [];
  const [from = 0, to = 0] = inner.range ?? [];
  return start <= from && to <= end;
}

/** The name behind a dot, or in brackets as a plain text: of `queue.get` and of `queue['get']`. */
export function propertyName(node: NodeOf<'MemberExpression'> | NodeOf<'Property'>): string | undefined {
  const property = node.type === 'Property' ? node.key : node.property;
  if (!node.computed && property.type === 'Identifier') return property.name;
  return textOf(property);
}

/** What a literal text says; undefined for everything else, such as a template with something in it. */
export function textOf(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  const inner = unwrap(node);
  if (inner.type === 'Literal' && typeof inner.value === 'string') return inner.value;
  if (inner.type !== 'TemplateLiteral' || inner.expressions.length > 0) return undefined;
  return inner.quasis[0]?.value.cooked ?? undefined;
}

/** The value of a property of an object that is written out, such as `timeout` of `{ timeout: '1h' }`. */
export function propertyOf(node: Node | undefined, name: string): Node | undefined {
  const object = node && unwrap(node);
  if (object?.type !== 'ObjectExpression') return undefined;
  const property = object.properties.find(
    (each): each is NodeOf<'Property'> => each.type === 'Property' && propertyName(each) === name,
  );
  return property?.value;
}

export function variableOf(sourceCode: SourceCode, node: NodeOf<'Identifier'>): Scope.Variable | undefined {
  let scope: Scope.Scope | null = sourceCode.getScope(node);
  for (; scope; scope = scope.upper) {
    const variable = scope.set.get(node.name);
    if (variable) return variable;
  }
  return undefined;
}

/** What a variable that is written once, in its declaration, stands for: its initial value, or its function. */
export function valueOf(variable: Scope.Variable | undefined): Node | undefined {
  const [definition, ...more] = variable?.defs ?? [];
  if (!definition || more.length > 0) return undefined;
  if (definition.type === 'FunctionName') return definition.node;
  if (definition.type !== 'Variable') return undefined;
  const { id, init } = definition.node;
  const isWrittenAgain = variable?.references.some((reference) => reference.isWrite() && !reference.init);
  return id.type === 'Identifier' && init && !isWrittenAgain ? unwrap(init) : undefined;
}

/** What an expression stands for: of a name, its value as above; else the expression itself, without casts. */
export function standsFor(sourceCode: SourceCode, node: Node): Node | undefined {
  const inner = unwrap(node);
  return inner.type === 'Identifier' ? valueOf(variableOf(sourceCode, inner)) : inner;
}

/** Calls `visit` for a node and all in it; where it gives false, it goes no further down. */
export function walk(sourceCode: SourceCode, node: Node, visit: (node: Node) => boolean | undefined): void {
  if (visit(node) === false) return;
  for (const key of sourceCode.visitorKeys[node.type] ?? []) {
    const child = (node as unknown as Record<string, Node | (Node | null)[] | null | undefined>)[key];
    for (const each of Array.isArray(child) ? child : [child]) if (each) walk(sourceCode, each, visit);
  }
}

/** Whether something is in a node, not counting functions that are written in it. */
export function hasWithin(sourceCode: SourceCode, node: Node, isIt: (node: Node) => boolean): boolean {
  let found = false;
  walk(sourceCode, node, (each) => {
    if (found || (each !== node && isFunction(each))) return false;
    found = isIt(each);
    return !found;
  });
  return found;
}
