/** Where a scope begins: variables that are checked have no value yet, and declared functions are made. */
import * as t from '@babel/types';
import type { Node, Statement } from '@babel/types';
import { set, statement, undef } from '../build.ts';
import type { Lowering } from './lowering.ts';

export function enterScope(l: Lowering, scope: Node): void {
  for (const variable of l.names.declaredIn.get(scope) ?? []) {
    if (!variable.isChecked || !(l.unit.slots?.has(variable) ?? false)) continue;
    l.renew(variable, l.runtime('UNSET'));
  }
}

export function hoistFunctions(l: Lowering, list: readonly Statement[]): void {
  const declared = list.filter((one): one is t.FunctionDeclaration => one.type === 'FunctionDeclaration');
  const variables = declared.map(({ id }) => l.names.variableOf.get(id as t.Identifier));
  for (const variable of variables) if (variable?.isBoxed === true) l.renew(variable, undef());
  for (const [index, node] of declared.entries()) {
    const variable = variables[index];
    if (variable === undefined) continue;
    const value = toFunctionExpression(l, node);
    l.emit(statement(set(l.read(variable), value)));
  }
}

function toFunctionExpression(l: Lowering, node: t.FunctionDeclaration): t.FunctionExpression {
  const made = { ...node, type: 'FunctionExpression' } as unknown as t.FunctionExpression;
  const unit = l.names.unitOf.get(node);
  if (unit !== undefined) l.names.unitOf.set(made, unit);
  return made;
}
