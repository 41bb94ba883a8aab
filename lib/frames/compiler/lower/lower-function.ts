/** A generator function becomes a graph of blocks. */
import type { FunctionDeclaration } from '@babel/types';
import { undef } from '../build.ts';
import { enterScope, hoistFunctions } from './scope.ts';
import { Lowering } from './lowering.ts';
import { expression } from './expression.ts';
import { statement, statements } from './statement.ts';
import { jump } from './unwind.ts';

export function lowerFunction(given: Omit<ConstructorParameters<typeof Lowering>[0], 'parts'>): Lowering {
  const lowering = new Lowering({ ...given, parts: { expression, statement, jump } });
  const { node } = given.unit;
  const body = (node as FunctionDeclaration).body;
  enterScope(lowering, node);
  hoistFunctions(lowering, body.body);
  statements(lowering, body.body);
  lowering.end({ kind: 'return', value: undef() });
  return lowering;
}
