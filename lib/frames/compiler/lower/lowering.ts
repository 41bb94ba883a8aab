/** One generator function while it is taken apart: the block at hand, the jumps that are open, the variables it needs. */
import * as t from '@babel/types';
import type { Expression, Node, Statement } from '@babel/types';
import { id, set, statement } from '../build.ts';
import type { Block, End, Op, Point, Region } from '../states.ts';
import { identifierFor, newVariable, type Names, type Unit, type Variable } from '../variables.ts';
import { Yields } from '../yields.ts';

/** Names of the machine's own variables, which no name in the source can be. */
export interface MachineNames {
  readonly frame: string;
  readonly state: string;
  readonly mode: string;
  readonly sent: string;
  readonly value: string;
  readonly loop: string;
}

/** Where `break` and `continue` lead. */
export interface Target {
  readonly kind: 'target';
  readonly to: Block;
  /** `break`, `continue a`, ...: what leads there. */
  readonly words: readonly string[];
}

/** Something that `break`, `continue` or `return` leaves on its way out, or that it leads to. */
export type Frame =
  | Target
  /** A loop whose iterator has to be closed. */
  | { readonly kind: 'iterator'; readonly variable: Variable; readonly outer: Region | undefined }
  | { readonly kind: 'finally'; readonly finalizer: Finalizer };

export interface Finalizer {
  readonly body: Block;
  readonly how: Variable;
  readonly value: Variable;
  /** Where jumps out of the `try` go on. */
  readonly exits: { readonly to: Target; readonly name: string }[];
}

/** What takes the constructs apart: files that need each other meet here. */
export interface Parts {
  readonly expression: (l: Lowering, node: Expression) => Expression;
  readonly statement: (l: Lowering, node: Statement, labels: readonly string[]) => void;
  readonly jump: (l: Lowering, to: Target | 'return') => void;
}

export class Lowering {
  readonly names: Names;
  readonly unit: Unit;
  readonly machine: MachineNames;
  readonly runtime: (name: string) => Expression;
  readonly yields = new Yields();
  readonly source: string;
  readonly blocks: Block[] = [];
  readonly frames: Frame[] = [];
  /** The texts of the loops and tries around. */
  readonly around: string[] = [];
  readonly temporaries: Variable[] = [];
  /** Those that what comes in is kept in. */
  readonly sent: Variable[] = [];
  readonly parts: Parts;
  patternDepth = 0;
  finallyDepth = 0;
  current: Block;
  region: Region | undefined;
  statement: Node | undefined;
  #pending = 0;

  constructor(given: Pick<Lowering, 'names' | 'unit' | 'machine' | 'runtime' | 'source' | 'parts'>) {
    this.names = given.names;
    this.unit = given.unit;
    this.machine = given.machine;
    this.runtime = given.runtime;
    this.source = given.source;
    this.parts = given.parts;
    this.current = this.block();
  }

  /** A new block in the region at hand. */
  block(): Block {
    return this.blockIn(this.region);
  }

  blockIn(region: Region | undefined): Block {
    const block: Block = { number: -1, ops: [], end: { kind: 'open' }, region };
    this.blocks.push(block);
    return block;
  }

  emit(code: Statement, jumps: Op['jumps'] = []): void {
    this.current.ops.push({ code, jumps });
  }

  end(end: End): void {
    this.current.end = end;
    this.current = this.block(); // what follows is not reached, unless another block begins
  }

  goto(to: Block): void {
    this.end({ kind: 'goto', to });
  }

  /** Goes on in that block, which was made before. The blocks are kept in the order of the source. */
  begin(block: Block): void {
    if (this.current.end.kind === 'open') this.current.end = { kind: 'goto', to: block };
    this.blocks.splice(this.blocks.indexOf(block), 1);
    this.blocks.push(block);
    this.current = block;
  }

  branch(test: Expression, yes: Block, no: Block): void {
    this.end({ kind: 'branch', test, yes, no });
  }

  read(variable: Variable, like?: Node): t.Identifier {
    return identifierFor(this.names, variable, like);
  }

  assign(variable: Variable, value: Expression): void {
    this.emit(statement(set(this.read(variable), value)));
  }

  /** Gives a variable its first value; a new box, if it is in one. */
  renew(variable: Variable, value: Expression): void {
    const code = t.variableDeclaration('let', [t.variableDeclarator(this.read(variable), value)]);
    this.names.renewals.add(code);
    this.emit(code);
  }

  /** A variable of the machine's own, for what is kept over an await point. Named by how deep it is in others like it. */
  variable(name: string, depth: number): Variable {
    const variable = newVariable({
      name: `#${name}${depth}`,
      kind: 'temporary',
      home: this.unit,
      scope: this.unit.node,
    });
    this.temporaries.push(variable);
    return variable;
  }

  /** One of the statement at hand. Numbered within it, so that other code does not change its name. */
  fresh(): Variable {
    this.#pending += 1;
    return this.variable('', this.#pending);
  }

  /** The value, kept until it is needed. */
  keep(value: Expression): Expression {
    if (isConstant(value)) return value;
    const variable = this.fresh();
    this.assign(variable, value);
    return this.read(variable, value);
  }

  /** What came in at an await point. */
  keepSent(value: Expression, like: Node): Expression {
    const variable = this.fresh();
    this.assign(variable, value);
    this.sent.push(variable);
    return this.read(variable, like);
  }

  /** Leaves the function with the value in flight. */
  leaveByReturn(): void {
    this.parts.jump(this, 'return');
  }

  /** The expression without its await points; what has to come before it is done. */
  expression(node: Expression): Expression {
    return this.parts.expression(this, node);
  }

  lowerStatement(node: Statement, labels: readonly string[] = []): void {
    this.parts.statement(this, node, labels);
  }

  inStatement(node: Node, lower: () => void): void {
    const { statement: outer } = this;
    const pending = this.#pending;
    this.statement = node;
    lower();
    this.statement = outer;
    this.#pending = pending;
  }

  /** `keep` numbers from here on again: one statement never keeps what another one needs. */
  point(node: Node): Point {
    const { line, column } = node.loc?.start ?? { line: 0, column: 0 };
    const text = this.textOf(node);
    const whole = this.statement === undefined ? text : this.textOf(this.statement);
    return { text, statement: whole, around: [...this.around], line, column, at: node.start ?? -1 };
  }

  textOf(node: Node): string {
    return this.source.slice(node.start ?? 0, node.end ?? 0);
  }

  within(text: string, lower: () => void): void {
    this.around.push(text);
    lower();
    this.around.pop();
  }

  /** What `lower` makes is in that region. The caller then begins a block outside of it. */
  inRegion(region: Region | undefined, lower: () => void): void {
    const outer = this.region;
    this.region = region;
    this.begin(this.block());
    lower();
    this.region = outer;
  }

  get valueInFlight(): t.Identifier {
    return id(this.machine.value);
  }
}

function isConstant(value: Expression): boolean {
  return t.isLiteral(value) && value.type !== 'TemplateLiteral' && value.type !== 'RegExpLiteral';
}
