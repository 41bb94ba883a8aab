/** From the source of a module to one whose generators can be stored, pass by pass. */
import generateModule from '@babel/generator';
import * as t from '@babel/types';
import type { Expression, File, Statement } from '@babel/types';
import { array, callOf, id, object, statement, str } from './build.ts';
import { chooseMachines } from './choose-machines.ts';
import { findProblems } from './find-problems.ts';
import { hashOfSource } from './hash.ts';
import { lowerPrivates } from './lower-privates.ts';
import { parseSource } from './parse-source.ts';
import { PassedCode } from './passed-code.ts';
import { placeVariables } from './place-variables.ts';
import type { Problem } from './problem.ts';
import { factsOf } from './proof/module-facts.ts';
import { proveStorable } from './proof/prove-storable.ts';
import { unboundedUnits } from './proof/unbounded-units.ts';
import { resolveNames } from './resolve-names.ts';
import { Rewriter, type Proof } from './rewriter.ts';
import { stripTypes } from './strip-types.ts';
import { isClassNode } from './tree.ts';
import type { Names } from './variables.ts';

// A CommonJS module, which loaders give in two shapes.
const generate = ((generateModule as { default?: unknown }).default ?? generateModule) as typeof generateModule.default;

export interface CompileOptions {
  /** The file, as source maps and messages have it. */
  readonly fileName: string;
  /** What frames call the module: the same on each machine that builds it. */
  readonly moduleId: string;
  /** From where the result imports the runtime. */
  readonly runtime: string;
  /** Its variables may be written to by generators: they are shared, and no frame stores them. */
  readonly mayWriteModule?: boolean;
  /** True unless it says otherwise. */
  readonly sourceMaps?: boolean;
  /** Of lull's own modules: the name of all of lull that runs are made of. It is the same in each build with that lull. */
  readonly ownCode?: string;
  /** Names what a module imports that was not compiled: a package with its version. */
  readonly nameOfImport?: (from: string) => string;
}

export type Compiled =
  | { readonly kind: 'compiled'; readonly code: string; readonly map: object; readonly left: readonly LeftAlone[] }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] };

/** A generator function that stays as it is, so that its frames cannot be stored. */
export interface LeftAlone extends Problem {
  readonly name: string;
}

export function compileModule(source: string, options: CompileOptions): Compiled {
  const { fileName, moduleId, runtime, mayWriteModule = false, sourceMaps = true, ownCode } = options;
  const parsed = parseSource(source, fileName);
  if (parsed.kind === 'refused') return { kind: 'refused', problems: [parsed.problem] };
  const { file } = parsed;
  stripTypes(file);
  const prefix = unusedPrefix(source);
  const used = new Set<string>();
  const runtimeName = (name: string): Expression => {
    used.add(name);
    return id(prefix + name);
  };
  lowerPrivates(file, { prefix, runtime: runtimeName });
  const names = resolveNames(file, source);
  const problems = findProblems(file, names, { mayWriteModule });
  if (problems.length > 0) return { kind: 'refused', problems };
  placeVariables(names);
  chooseMachines(names);
  const passed = ownCode === undefined ? new PassedCode(file, source, names) : undefined;
  const proof = source.includes('unbounded') ? proofOf(file, names) : undefined;
  const rewriter = new Rewriter({
    ...{ names, source, moduleId, prefix, runtime: runtimeName, passed },
    proof: proof?.prove,
  });
  const declared = declarationsOf(file, names);
  const code = passed && codeOf(passed, declared, options);
  rewriteProgram(file, rewriter, { declared, code, runtime, used, hash: ownCode ?? hashOfSource(source) });
  const unproven = proof?.problems ?? [];
  if (unproven.length > 0) return { kind: 'refused', problems: unproven };
  const generated = generate(file, { sourceMaps, sourceFileName: fileName, filename: fileName }, source);
  return { kind: 'compiled', code: generated.code, map: generated.map as object, left: leftAlone(names) };
}

/** That what workflows with an unbounded history hold where they wait can be stored. Its problems are known in the end. */
function proofOf(file: File, names: Names): { readonly prove: Proof; readonly problems: readonly Problem[] } {
  const facts = factsOf(file, names);
  const { units, problems: found } = unboundedUnits(facts);
  const problems = [...found];
  const prove: Proof = ({ unit, blocks, live }) => {
    const workflow = units.get(unit);
    if (workflow !== undefined) problems.push(...proveStorable({ facts, workflow, blocks, live }));
  };
  return { prove, problems };
}

interface Written {
  readonly declared: Declared;
  readonly code: Expression | undefined;
  readonly runtime: string;
  readonly used: Set<string>;
  readonly hash: string;
}

function rewriteProgram(file: File, rewriter: Rewriter, { declared, code, runtime, used, hash }: Written): void {
  const { program } = file;
  const body = rewriter.statements(program.body, program);
  const isImport = (one: Statement): boolean => one.type === 'ImportDeclaration';
  const naming = nameModule(rewriter, declared, code);
  const { hoisted, marks } = rewriter.output;
  const begin =
    hoisted.length > 0 || naming.length > 0
      ? [statement(callOf(rewriter.runtime('beginModule'), str(rewriter.moduleId), str(hash)))]
      : [];
  const specifiers = [...used].map((name) => t.importSpecifier(id(rewriter.prefix + name), id(name)));
  const imported = t.importDeclaration(specifiers, str(runtime));
  program.body = [
    ...(specifiers.length > 0 ? [imported] : []),
    ...body.filter(isImport),
    ...begin,
    ...hoisted,
    ...marks,
    ...body.filter((one) => !isImport(one)),
    ...naming,
  ];
}

interface Declared {
  readonly own: readonly string[];
  readonly imported: readonly string[];
  readonly classes: readonly { readonly name: string; readonly hides: boolean }[];
}

/** What the module has at its top level. Types that are imported without saying so are not used as values. */
function declarationsOf(file: File, names: Names): Declared {
  const own: string[] = [];
  const imported: string[] = [];
  const classes: { name: string; hides: boolean }[] = [];
  const importedNames = new Set(
    file.program.body.flatMap((one) =>
      one.type === 'ImportDeclaration' ? one.specifiers.map(({ local }) => local.name) : [],
    ),
  );
  for (const variable of names.moduleVariables.values()) {
    if (importedNames.has(variable.name)) {
      if (variable.uses.length > 0) imported.push(variable.name);
    } else if (variable.writes === 0) {
      own.push(variable.name);
    }
  }
  for (const unit of names.units) {
    if (unit.parent !== undefined || !isClassNode(unit.node) || !own.includes(unit.name)) continue;
    classes.push({ name: unit.name, hides: unit.node.body.body.some(isHidden) });
  }
  return { own, imported, classes };
}

function isHidden(member: t.Class['body']['body'][number]): boolean {
  return (
    member.type === 'ClassPrivateProperty' ||
    member.type === 'ClassPrivateMethod' ||
    member.type === 'ClassAccessorProperty'
  );
}

/** The parts of the module, and where the names come from that it imports; of a namespace with a `*`. */
function codeOf(passed: PassedCode, { imported }: Declared, { nameOfImport }: CompileOptions): Expression {
  const imports = imported.map((name): [string, Expression] => {
    const { from = '', isNamespace = false } = passed.imports.get(name) ?? {};
    return [name, str(`${isNamespace ? '*' : ''}${nameOfImport?.(from) ?? from}`)];
  });
  return object([
    ['parts', array(passed.parts().map(str))],
    ['imports', object(imports)],
  ]);
}

function nameModule(
  rewriter: Rewriter,
  { own, imported, classes }: Declared,
  code: Expression | undefined,
): Statement[] {
  if (own.length === 0 && imported.length === 0) return [];
  const getters = (list: readonly string[]): Expression =>
    object(list.map((name) => [name, t.arrowFunctionExpression([], id(name))] as const));
  const known = classes.map(({ name, hides }) => [name, t.booleanLiteral(hides)] as const);
  const written = object([
    ['own', getters(own)],
    ['imported', getters(imported)],
    ['classes', object(known)],
    ...(code === undefined ? [] : [['code', code] as const]),
  ]);
  return [statement(callOf(rewriter.runtime('nameModule'), str(rewriter.moduleId), written))];
}

function unusedPrefix(source: string): string {
  let prefix = '$$';
  while (source.includes(prefix)) prefix += '$';
  return prefix;
}

function leftAlone(names: Names): LeftAlone[] {
  return names.units.flatMap(({ node, name, nativeBecause }) => {
    if (nativeBecause === undefined) return [];
    const { line, column } = node.loc?.start ?? { line: 1, column: 0 };
    return [{ name, reason: nativeBecause, line, column }];
  });
}
