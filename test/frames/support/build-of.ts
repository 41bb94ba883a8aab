/**
 * Builds of some modules, compiled and loaded into this process one after the other, as deployments follow each other. Modules
 * import lull, and each other by their names.
 */
import * as lull from 'lull';
import { isWorkflow, type AnyWorkflow } from '../../../lib/core/workflow.ts';
import { compileModule } from '../../../lib/frames/compiler/compile-module.ts';
import * as entry from '../../../lib/frames/runtime/entry.ts';

export type Sources = Readonly<Record<string, string>>;

export interface BuildOptions {
  /** What they import beside lull and each other. */
  readonly packages?: Readonly<Record<string, object>>;
  /** As the plugins name it. */
  readonly nameOfImport?: (from: string) => string;
}

/** What the modules export, in their order. */
export function loadBuild(
  sources: Sources,
  { packages = {}, nameOfImport }: BuildOptions = {},
): Record<string, unknown> {
  const modules: Record<string, object> = { lull, ...packages };
  const all: Record<string, unknown> = {};
  for (const [name, source] of Object.entries(sources)) {
    const exported = evaluate(compiled(name, source, nameOfImport), modules);
    modules[name] = exported;
    Object.assign(all, exported);
  }
  return all;
}

export function workflowsIn(exported: Record<string, unknown>): AnyWorkflow[] {
  return Object.values(exported).filter(isWorkflow);
}

function compiled(name: string, source: string, nameOfImport: BuildOptions['nameOfImport']): string {
  const result = compileModule(source, {
    ...{ fileName: `${name}.ts`, moduleId: name, runtime: 'runtime' },
    ...(nameOfImport && { nameOfImport }),
  });
  if (result.kind === 'refused') throw new Error(result.problems.map(({ reason }) => reason).join('; '));
  return result.code;
}

function evaluate(code: string, modules: Record<string, object>): Record<string, unknown> {
  const names = [...code.matchAll(/^export (?:const|function\*?|class) (\w+)/gm)].map((match) => match[1] as string);
  const body = code
    .replaceAll(/^import \{([^}]*)\} from ["'](.+)["'];$/gm, (_, imported: string, from: string) => {
      const place = from === 'runtime' ? 'runtime' : `modules[${JSON.stringify(from)}]`;
      return `const {${imported.replaceAll(' as ', ': ')}} = ${place};`;
    })
    .replaceAll(/^import \* as (\w+) from ["'](.+)["'];$/gm, 'const $1 = modules["$2"];')
    .replaceAll(/^export (?=const|function|class)/gm, '');
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the module is code in a text
  const make = new Function('runtime', 'modules', `'use strict'; ${body}\nreturn { ${names.join(', ')} };`) as (
    ...given: object[]
  ) => Record<string, unknown>;
  return make(entry, modules);
}
