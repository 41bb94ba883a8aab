/** The variables of a program, functions and classes too, that are not in a function or a block of it. */
import { parse } from '@babel/parser';
import traverseModule from '@babel/traverse';

// A CommonJS module, which loaders give in two shapes.
const traverse = ((traverseModule as { default?: unknown }).default ?? traverseModule) as typeof traverseModule.default;

export function topLevelNames(source: string): string[] {
  const names: string[] = [];
  traverse(parse(source, { sourceType: 'module' }), {
    Program(path) {
      names.push(...Object.keys(path.scope.bindings));
      path.stop();
    },
  });
  return names;
}
