/** Declarations, and what `break` leads out of. */
import * as t from '@babel/types';
import { located, undef } from '../build.ts';
import type { Lowering } from './lowering.ts';
import { assignName, assignPattern } from './pattern.ts';

export function declarations(l: Lowering, node: t.VariableDeclaration): void {
  for (const { id, init } of node.declarations) {
    if (init === null || init === undefined) {
      if (node.kind !== 'var') assignName(l, id as t.Identifier, undef(), 'declare');
      continue;
    }
    const value = l.expression(init);
    const how = node.kind === 'var' ? 'assign' : 'declare';
    if (id.type === 'Identifier') assignName(l, id, value, how);
    else if (l.yields.in(id)) assignPattern(l, id, l.keep(value), how);
    else l.emit(located(t.variableDeclaration(node.kind, [t.variableDeclarator(id, value)]), node));
  }
}
