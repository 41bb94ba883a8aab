/**
 * Which code of a module a run may have passed when it waits at an await point: the text of its workflow's function up to there,
 * with all of the loops and switches around it, and what that uses at the top level of modules. While it stays as it is, a
 * replay does what was done, so a run that was stored goes on in other code as well.
 *
 * The bodies of steps count for nothing: no replay runs them. Neither do comments and white space.
 */
import * as t from '@babel/types';
import type { File, Node, Statement } from '@babel/types';
import { hashOfSource } from './hash.ts';
import { childrenOf, isClassNode, isFunctionNode } from './tree.ts';
import type { Names, Unit } from './variables.ts';

/** A statement at the top level of a module. */
interface Part {
  /** What it declares; none for an expression. */
  readonly names: readonly string[];
  readonly start: number;
  readonly end: number;
}

type Range = readonly [start: number, end: number];

interface Token {
  readonly type: unknown;
  readonly start: number;
  readonly end: number;
}

/** Where a name comes from that a module imports. */
export interface ImportedName {
  readonly from: string;
  readonly isNamespace: boolean;
}

export class PassedCode {
  readonly imports = new Map<string, ImportedName>();
  readonly #source: string;
  /** In the order of the source, as are the uses. */
  #tokens: readonly Token[];
  readonly #parts: Part[] = [];
  #uses: readonly { readonly name: string; readonly at: number }[];
  readonly #bodies: Range[] = [];
  /** Of functions, by where their await points begin: where the code ends that may have run by then. */
  readonly #ends = new Map<number, number>();
  readonly #hoisted = new Map<Node, Range[]>();

  /** Before anything in the file is rewritten. */
  constructor(file: File, source: string, names: Names) {
    this.#source = source;
    this.#tokens = ((file.tokens ?? []) as Token[]).filter(({ type }) => typeof type !== 'string'); // no comments
    this.#uses = [...names.moduleVariables.values()].flatMap(({ name, uses }) => uses.map(({ at }) => ({ name, at })));
    for (const one of file.program.body) this.#addPart(one);
    this.#findBodies(file.program);
    const counts = (at: number): boolean => !isIn(at, this.#bodies);
    this.#tokens = this.#tokens.filter(({ start }) => counts(start));
    this.#uses = this.#uses.filter(({ at }) => counts(at)).sort((one, other) => one.at - other.at);
    for (const unit of names.units) if (unit.parent === undefined) this.#findEnds(unit);
  }

  /** Each part as one text: its names, its hash, and what it uses. */
  parts(): string[] {
    const others = this.#parts.filter(({ names }) => names.length === 0);
    const declared = this.#parts.filter(({ names }) => names.length > 0);
    const rangesOf = (parts: readonly Part[]): Range[] => parts.map(({ start, end }) => [start, end]);
    return [
      ...(others.length > 0 ? [` ${this.#summary(rangesOf(others))}`] : []),
      ...declared.map((part) => `${part.names.join(',')} ${this.#summary(rangesOf([part]))}`),
    ];
  }

  /** What may have run when the function waits at the await point that begins there; undefined if it is in another one. */
  upTo(unit: Unit, at: number): string | undefined {
    const { start, end: unitEnd } = rangeOf(unit.node);
    const part = this.#parts.find((one) => one.start <= start && unitEnd <= one.end);
    const end = this.#ends.get(at);
    if (unit.parent !== undefined || part === undefined || end === undefined) return undefined;
    if (!isFunctionNode(unit.node)) return undefined;
    // What it calls by its own name may have come to its end.
    if ((unit.ownName?.uses.length ?? 0) > 0) return this.#summary([[part.start, part.end]]);
    const hoisted = (this.#hoisted.get(unit.node) ?? []).filter((range) => range[0] >= end);
    return this.#summary([[part.start, end], ...hoisted, [unitEnd, part.end]]);
  }

  #addPart(node: Statement): void {
    if (node.type === 'ImportDeclaration') {
      for (const one of node.specifiers) {
        const isNamespace = one.type === 'ImportNamespaceSpecifier';
        this.imports.set(one.local.name, { from: node.source.value, isNamespace });
      }
      if (node.specifiers.length > 0) return;
    }
    if (node.start === null || node.start === undefined) return; // the compiler's own
    const { start, end } = rangeOf(node);
    this.#parts.push({ names: namesIn(node), start, end });
  }

  #findBodies(node: Node, parent?: Node): void {
    if (isFunctionNode(node) && this.#isBodyOfStep(node, parent)) {
      const { start, end } = rangeOf((node as { body: Node }).body);
      this.#bodies.push([start, end]);
      return;
    }
    for (const child of childrenOf(node)) this.#findBodies(child, node);
  }

  /** It runs where no replay does: an `async` function, or what `step` or `defineStep` of lull is given. */
  #isBodyOfStep(node: Node, parent: Node | undefined): boolean {
    const { async, generator } = node as { async?: boolean; generator?: boolean };
    if (generator === true) return false;
    if (async === true) return true;
    if (parent?.type !== 'CallExpression' || parent.callee.type !== 'Identifier') return false;
    const { name } = parent.callee;
    return (name === 'step' || name === 'defineStep') && this.imports.get(name)?.from === 'lull';
  }

  #findEnds(unit: Unit): void {
    const hoisted: Range[] = [];
    const walk = (node: Node, around: number): void => {
      const { start, end } = rangeOf(node);
      if (node !== unit.node && (isFunctionNode(node) || isClassNode(node))) {
        if (node.type === 'FunctionDeclaration') hoisted.push([start, end]);
        return;
      }
      if (node.type === 'YieldExpression') this.#ends.set(start, Math.max(around, end));
      const comesAgain = t.isLoop(node) || node.type === 'SwitchStatement';
      for (const child of childrenOf(node)) walk(child, comesAgain ? Math.max(around, end) : around);
    };
    walk(unit.node, 0);
    this.#hoisted.set(unit.node, hoisted);
  }

  /** Of ranges that follow each other. */
  #summary(ranges: readonly Range[]): string {
    const words = ranges.flatMap((range) => within(this.#tokens, ({ start }) => start, range));
    const text = words.map(({ start, end }) => this.#source.slice(start, end)).join('\u0001');
    const uses = ranges.flatMap((range) => within(this.#uses, ({ at }) => at, range));
    const used = new Set(uses.map(({ name }) => name));
    return [hashOfSource(text), ...[...used].sort()].join(' ');
  }
}

/** What of a sorted list lies in a range. */
function within<T>(sorted: readonly T[], placeOf: (one: T) => number, [start, end]: Range): T[] {
  const firstFrom = (place: number): number => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (placeOf(sorted[middle] as T) < place) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return sorted.slice(firstFrom(start), firstFrom(end));
}

function isIn(at: number, ranges: readonly Range[]): boolean {
  return ranges.some(([start, end]) => at >= start && at < end);
}

function rangeOf({ start, end }: Node): { readonly start: number; readonly end: number } {
  return { start: start ?? 0, end: end ?? 0 };
}

function namesIn(node: Statement): string[] {
  if (node.type === 'ExportDefaultDeclaration') {
    const { declaration } = node;
    return ['default', ...('id' in declaration && declaration.id?.type === 'Identifier' ? [declaration.id.name] : [])];
  }
  const declared = node.type === 'ExportNamedDeclaration' ? node.declaration : node;
  if (declared === null || declared === undefined || !t.isDeclaration(declared)) return [];
  return Object.keys(t.getBindingIdentifiers(declared, false, true));
}
