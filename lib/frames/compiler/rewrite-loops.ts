/** Loops and `catch` whose variables are in boxes: each round has its own. */
import * as t from '@babel/types';
import type { Expression, Node, Statement } from '@babel/types';
import { block, id, member, set } from './build.ts';
import { declaration, targetPattern, variablesIn } from './rewrite-declarations.ts';
import type { Rewriter } from './rewriter.ts';

export function inLoop<N>(r: Rewriter, run: () => N): N {
  const before = r.isInLoop;
  r.isInLoop = true;
  const result = run();
  r.isInLoop = before;
  return result;
}

/** Each round has boxes of its own, which begin with what the last round left. */
export function forStatement(r: Rewriter, node: t.ForStatement): Node {
  return inLoop(r, () => {
    const variables =
      node.init?.type === 'VariableDeclaration' && node.init.kind !== 'var' ? r.names.declaredIn.get(node) : [];
    const renewed = (variables ?? []).filter((one) => one.isBoxed && one.writes > 0 && !r.isInFrame(one));
    const init = node.init ? r.node(node.init) : null;
    node.init = Array.isArray(init) ? asExpression(init) : (init as Expression | null);
    if (node.test) node.test = r.expression(node.test);
    const renewals = renewed.map((one) => set(id(one.name), r.newBox(member(id(one.name), 'v'))));
    const update = node.update ? [r.expression(node.update)] : [];
    const parts = [...renewals, ...update];
    node.update = parts.length > 1 ? t.sequenceExpression(parts) : (parts[0] ?? null);
    node.body = loopBody(r, node.body);
    return node;
  });
}

export function forEach(r: Rewriter, node: t.ForOfStatement | t.ForInStatement): Node {
  node.right = r.expression(node.right);
  return inLoop(r, () => {
    const { left } = node;
    if (left.type !== 'VariableDeclaration') {
      node.left = targetPattern(r, left) as t.LVal;
      node.body = loopBody(r, node.body);
      return node;
    }
    const pattern = (left.declarations[0] as t.VariableDeclarator).id;
    const moved = variablesIn(r, pattern).filter((one) => r.isMoved(one));
    if (moved.length === 0) {
      (left.declarations[0] as t.VariableDeclarator).id = targetPattern(r, pattern) as t.Identifier;
      node.body = loopBody(r, node.body);
      return node;
    }
    const item = id(r.newName('i'));
    const bound = declaration(r, t.variableDeclaration(left.kind, [t.variableDeclarator(pattern, item)]));
    node.left = t.variableDeclaration('const', [t.variableDeclarator(item)]);
    node.body = block([...(Array.isArray(bound) ? bound : [bound as Statement]), loopBody(r, node.body)]);
    return node;
  });
}

function loopBody(r: Rewriter, node: Statement): Statement {
  const given = r.node(node);
  return Array.isArray(given) ? block(given) : (given as Statement);
}

export function catchClause(r: Rewriter, node: t.CatchClause): Node {
  const { param } = node;
  const moved = param ? variablesIn(r, param).filter((one) => r.isMoved(one)) : [];
  if (moved.length === 0) {
    if (param) node.param = targetPattern(r, param) as t.Identifier;
    node.body.body = r.statements(node.body.body, node);
    return node;
  }
  const error = id(r.newName('e'));
  const bound = declaration(r, t.variableDeclaration('let', [t.variableDeclarator(param as t.LVal, error)]));
  node.param = error;
  node.body.body = [...(Array.isArray(bound) ? bound : [bound as Statement]), ...r.statements(node.body.body, node)];
  return node;
}

function asExpression(list: readonly Statement[]): Expression | null {
  const parts = list.map((one) => (one as t.ExpressionStatement).expression);
  return parts.length > 1 ? t.sequenceExpression(parts) : (parts[0] ?? null);
}
