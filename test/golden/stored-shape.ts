/** What lull's own code has in stored runs: its generators with their await points, its functions, its classes with their fields. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Node } from '@babel/types';
import { compileModule } from '../../lib/frames/compiler/compile-module.ts';
import { parseSource } from '../../lib/frames/compiler/parse-source.ts';
import { childrenOf, isClassNode, isFunctionNode } from '../../lib/frames/compiler/tree.ts';

/** By what it is called: what of it a stored run refers to. */
export type StoredShape = Readonly<Record<string, string>>;

const LIB = join(import.meta.dirname, '../../lib');
const FOLDERS = ['api', 'core', 'schedule', 'scheduler'];

export function storedShape(): StoredShape {
  const shape = new Map<string, string>();
  for (const folder of FOLDERS) {
    for (const name of readdirSync(join(LIB, folder), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue;
      const moduleId = `lull/${folder}/${name.replace(/\.ts$/, '')}`;
      const source = readFileSync(join(LIB, folder, name), 'utf8');
      if (/\bclass \w|\*|=>/.test(source)) addModule(shape, moduleId, source);
    }
  }
  return Object.fromEntries([...shape].sort(([one], [other]) => (one < other ? -1 : 1)));
}

function addModule(shape: Map<string, string>, moduleId: string, source: string): void {
  addClasses(shape, moduleId, source);
  if (!/\*\s*[\w[#(]/.test(source.replaceAll(/^\s*(?:\/\*\*|\*).*$/gm, ''))) return; // no generator
  const options = { fileName: `${moduleId}.ts`, moduleId, runtime: 'runtime', ownCode: 'own' };
  const compiled = compileModule(source, options);
  if (compiled.kind === 'refused') throw new Error(`${moduleId} does not compile: ${compiled.problems[0]?.reason}`);
  const definitions = compiled.code.matchAll(/define\(\{\s*id: "([^"]+)",\s*start: (\[.*?\]),[\s\S]*?points: (\[[\s\S]*?\]),\s*blank:/g);
  for (const [, id = '', start, points = ''] of definitions) {
    shape.set(`generator ${id}`, `begins with ${start}`);
    for (const [, point = '', live] of points.matchAll(/\["([^"]+)", \d+, (\[.*?\])/g)) {
      shape.set(`await point ${point} of ${id}`, String(live));
    }
  }
  for (const [, id = '', names] of compiled.code.matchAll(/closure\("([^"]+)", (\[.*?\]),/g)) shape.set(`function ${id}`, String(names));
}

function addClasses(shape: Map<string, string>, moduleId: string, source: string): void {
  const parsed = parseSource(source, `${moduleId}.ts`);
  if (parsed.kind === 'refused') throw new Error(`${moduleId} does not parse: ${parsed.problem.reason}`);
  for (const one of parsed.file.program.body) {
    const node = one.type === 'ExportNamedDeclaration' ? one.declaration : one;
    if (!node || !isClassNode(node) || !node.id) continue;
    const fields = new Set<string>();
    for (const member of node.body.body) {
      if (member.type === 'ClassProperty' && !member.static && !member.declare) fields.add(source.slice(member.key.start!, member.key.end!));
      if (member.type === 'ClassPrivateProperty' && !member.static) fields.add(`#${member.key.id.name}`);
      if (member.type === 'ClassMethod' && member.kind === 'constructor') for (const field of assignedIn(member.body)) fields.add(field);
    }
    shape.set(`class ${moduleId}#${node.id.name}`, [...fields].sort().join(' '));
  }
}

/** `this.x = ...` in a constructor. */
function assignedIn(node: Node): string[] {
  if (isFunctionNode(node)) return [];
  const inner = childrenOf(node).flatMap(assignedIn);
  if (node.type !== 'AssignmentExpression' || node.left.type !== 'MemberExpression') return inner;
  const { object, property, computed } = node.left;
  return object.type === 'ThisExpression' && !computed && property.type === 'Identifier' ? [property.name, ...inner] : inner;
}
