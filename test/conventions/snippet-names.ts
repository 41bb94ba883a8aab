import ts from 'typescript';

/** The names that a piece of code uses and does not declare itself: what it needs from outside, globals included. */
export function freeNames(code: string): Set<string> {
  const declared = new Set<string>();
  const used = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      if (isMemberName(node)) return;
      (isDeclaration(node) ? declared : used).add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(parseAsBody(code));
  return new Set([...used].filter((name) => !declared.has(name)));
}

/** Whether the code awaits as the body of a workflow would: with a `yield` that is in no function of its own. */
export function hasTopLevelYield(code: string): boolean {
  const find = (node: ts.Node): boolean =>
    ts.isYieldExpression(node) || (!ts.isFunctionLike(node) && ts.forEachChild(node, find) === true);
  return ts.forEachChild(parseAsBody(code), find) === true;
}

/** Parsed as the body of a generator, since only there `yield` is a keyword. */
function parseAsBody(code: string): ts.Block {
  const source = ts.createSourceFile('snippet.ts', `async function* body() {${code}\n}`, ts.ScriptTarget.Latest, true);
  const [body] = source.statements;
  if (!body || !ts.isFunctionDeclaration(body) || !body.body) throw new Error(`This snippet does not parse:\n${code}`);
  return body.body;
}

function isDeclaration(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isBindingElement(parent)) return parent.name === node;
  if (ts.isImportSpecifier(parent)) return parent.name === node;
  return (
    (ts.isVariableDeclaration(parent) ||
      ts.isParameter(parent) ||
      ts.isFunctionLike(parent) ||
      ts.isClassLike(parent) ||
      ts.isInterfaceDeclaration(parent) ||
      ts.isTypeAliasDeclaration(parent) ||
      ts.isTypeParameterDeclaration(parent) ||
      ts.isImportClause(parent) ||
      ts.isNamespaceImport(parent)) &&
    parent.name === node
  );
}

/** `x` in `a.x`, `{ x: 1 }`, `{ x() {} }`: a name that means nothing outside of its object. */
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    ((ts.isMethodDeclaration(parent) || ts.isMethodSignature(parent) || ts.isAccessor(parent)) &&
      parent.name === node) ||
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    (ts.isQualifiedName(parent) && parent.right === node) ||
    (ts.isPropertyAssignment(parent) && parent.name === node) ||
    (ts.isPropertySignature(parent) && parent.name === node) ||
    (ts.isPropertyDeclaration(parent) && parent.name === node) ||
    (ts.isBindingElement(parent) && parent.propertyName === node) ||
    (ts.isImportSpecifier(parent) && parent.propertyName === node)
  );
}
