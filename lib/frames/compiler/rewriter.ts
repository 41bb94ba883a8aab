/**
 * Gives each name the form that its variable has: itself, a property of the frame, or the content of a box; and each
 * function the form of a closure. It goes through the module once, from outside.
 */
import * as t from '@babel/types';
import type { Expression, Node, Statement } from '@babel/types';
import { callOf, id, located, member, set, statement, str, undef } from './build.ts';
import { functionExpression, functionInPlace, methodInClass } from './closures.ts';
import type { Liveness } from './liveness.ts';
import type { PassedCode } from './passed-code.ts';
import { classNode } from './rewrite-classes.ts';
import { assignment, declaration, isConstant, update } from './rewrite-declarations.ts';
import { catchClause, forEach, forStatement, inLoop } from './rewrite-loops.ts';
import { objectExpression, property } from './rewrite-objects.ts';
import type { Block } from './states.ts';
import { replaceChildren, isClassNode, isFunctionNode } from './tree.ts';
import type { Names, Unit, Variable } from './variables.ts';

/** What is written at the top level of the module, in the end. */
export interface Output {
  /** Machines, and what makes closures: before everything else. */
  readonly hoisted: Statement[];
  /** What makes generator functions of the module's own function declarations: after that. */
  readonly marks: Statement[];
  counter: number;
}

export interface RewriterOptions {
  readonly names: Names;
  readonly source: string;
  readonly moduleId: string;
  /** No name in the source begins with it. */
  readonly prefix: string;
  readonly runtime: (name: string) => Expression;
  /** Undefined for lull's own code. */
  readonly passed: PassedCode | undefined;
  /** Looks at each machine before it is written, in a module with an unbounded history. */
  readonly proof: Proof | undefined;
}

export type Proof = (machine: {
  readonly unit: Unit;
  readonly blocks: readonly Block[];
  readonly live: Liveness;
}) => void;

export class Rewriter {
  readonly names: Names;
  readonly source: string;
  readonly moduleId: string;
  readonly prefix: string;
  readonly runtime: (name: string) => Expression;
  readonly passed: PassedCode | undefined;
  readonly proof: Proof | undefined;
  readonly output: Output = { hoisted: [], marks: [], counter: 0 };
  /** What the frames of machines have beside variables of the source. */
  readonly temporaries = new Map<Unit, readonly string[]>();
  /** The function whose code is at hand. Undefined: the module. */
  unit: Unit | undefined;
  /** The code at hand may run several times, though it is in no function. */
  isInLoop = false;
  /** In parameters of a function, whose frame does not exist yet. */
  isBeforeFrame = false;
  /** There, where no parameter is in its box yet. */
  hasRawParameters = false;
  /** There, the function itself. */
  self: Expression | undefined;

  constructor(options: RewriterOptions) {
    this.names = options.names;
    this.source = options.source;
    this.moduleId = options.moduleId;
    this.prefix = options.prefix;
    this.runtime = options.runtime;
    this.passed = options.passed;
    this.proof = options.proof;
  }

  newName(kind: string): string {
    this.output.counter += 1;
    return `${this.prefix}${kind}${this.output.counter}`;
  }

  /** Where a variable is, without what is in its box. */
  place(variable: Variable): Expression {
    const { unit } = this;
    const slot = this.isBeforeFrame ? undefined : unit?.slots?.get(variable);
    if (slot !== undefined) return member(id(`${this.prefix}frame`), slot);
    if (variable.kind === 'own-name' && this.isBeforeFrame && variable.home === unit) {
      return this.self === undefined ? id(variable.name) : t.cloneNode(this.self);
    }
    if (variable.kind === 'temporary') return member(id(`${this.prefix}frame`), variable.name);
    if (variable.kind === 'this') return this.#isOfHere(variable) ? t.thisExpression() : id(`${this.prefix}this`);
    if (variable.kind === 'arguments') return id(this.#isOfHere(variable) ? 'arguments' : `${this.prefix}arguments`);
    return id(variable.name);
  }

  /** Of a `this` or `arguments`: no function between here and its own is taken out of where it is written. */
  #isOfHere({ home }: Variable): boolean {
    for (let { unit } = this; unit !== home && unit !== undefined; unit = unit.parent) {
      if (!this.staysInPlace(unit)) return false;
    }
    return true;
  }

  /** Its value as a place to assign to. */
  target(variable: Variable, like?: Node): t.LVal {
    const place = this.place(variable);
    const isRaw = this.hasRawParameters && variable.kind === 'param' && variable.home === this.unit;
    return located((variable.isBoxed && !isRaw ? member(place, 'v') : place) as t.Identifier, like);
  }

  read(variable: Variable, like?: Node): Expression {
    const value = this.target(variable, like) as Expression;
    const isGuarded = variable.isBoxed || this.isInFrame(variable);
    if (!variable.isChecked || !isGuarded) return value;
    return located(callOf(this.runtime('initialized'), value, str(variable.name)), like);
  }

  isInFrame(variable: Variable): boolean {
    return !this.isBeforeFrame && this.unit?.slots?.has(variable) === true;
  }

  /** It is not a variable of the code any more. */
  isMoved(variable: Variable): boolean {
    return variable.isBoxed || this.isInFrame(variable) || variable.kind === 'temporary';
  }

  /** The language would not refuse by itself what it refuses of this variable. */
  isGuarded(variable: Variable): boolean {
    const isParameterHere = isConstant(variable) && variable.home !== this.unit && !variable.isModuleLevel;
    return this.isMoved(variable) || isParameterHere;
  }

  newBox(value: Expression): Expression {
    return t.newExpression(this.runtime('Box'), [value]);
  }

  expression(node: Expression): Expression {
    return this.node(node) as Expression;
  }

  node(node: Node): Node | Statement[] {
    const { names } = this;
    switch (node.type) {
      case 'Identifier':
      case 'ThisExpression': {
        const variable = names.variableOf.get(node);
        return variable === undefined || variable.isModuleLevel ? node : this.read(variable, node);
      }
      case 'VariableDeclaration':
        return declaration(this, node);
      case 'AssignmentExpression':
        return assignment(this, node);
      case 'UpdateExpression':
        return update(this, node);
      case 'CallExpression':
      case 'OptionalCallExpression':
        return this.#call(node);
      case 'TaggedTemplateExpression': {
        const wasName = node.tag.type === 'Identifier';
        replaceChildren(node, this.child);
        node.tag = wasName ? withoutReceiver(node.tag) : node.tag;
        return node;
      }
      case 'ObjectProperty':
        return property(this, node);
      case 'ObjectExpression':
        return objectExpression(this, node);
      case 'ForStatement':
        return forStatement(this, node);
      case 'ForOfStatement':
      case 'ForInStatement':
        return forEach(this, node);
      case 'WhileStatement':
      case 'DoWhileStatement':
        return inLoop(this, () => {
          replaceChildren(node, this.child);
          return node;
        });
      case 'CatchClause':
        return catchClause(this, node);
      case 'BlockStatement':
        node.body = this.statements(node.body, node);
        return node;
      case 'StaticBlock':
        return this.#staticBlock(node);
      case 'ExportDefaultDeclaration':
        return this.#exportDefault(node);
      default:
    }
    if (isClassNode(node)) return classNode(this, node);
    if (isFunctionNode(node)) return this.#function(node as t.Function);
    replaceChildren(node, this.child);
    return node;
  }

  readonly child = (child: Node, key: string): Node | Statement[] => (key === 'label' ? child : this.node(child));

  /** The statements of a scope, with what has to be there from its beginning. */
  statements(list: readonly Statement[], scope: Node): Statement[] {
    const hoisted = list.filter(
      (one): one is t.FunctionDeclaration => one.type === 'FunctionDeclaration' && this.#isHoisted(one),
    );
    const others = list.filter((one) => !(hoisted as Statement[]).includes(one));
    return [...this.#entering(scope, hoisted), ...others.flatMap((one) => this.#statementIn(one))];
  }

  #entering(scope: Node, hoisted: readonly t.FunctionDeclaration[]): Statement[] {
    const isHere = (variable: Variable): boolean => variable.isBoxed && !this.isInFrame(variable);
    const boxes = (this.names.declaredIn.get(scope) ?? []).filter(
      (variable) => isHere(variable) && (variable.isChecked || variable.kind === 'function' || variable.kind === 'var'),
    );
    const declared = boxes.map((variable) =>
      t.variableDeclaration('let', [
        t.variableDeclarator(id(variable.name), this.newBox(variable.isChecked ? this.runtime('UNSET') : undef())),
      ]),
    );
    return [...declared, ...hoisted.map((one) => this.#hoisted(one))];
  }

  /** A function that is declared in another one becomes a closure, made where its scope begins. */
  #isHoisted(node: t.FunctionDeclaration): boolean {
    const unit = this.names.unitOf.get(node);
    const variable = node.id ? this.names.variableOf.get(node.id) : undefined;
    return variable?.isModuleLevel === false && unit !== undefined && !this.staysInPlace(unit);
  }

  #hoisted(node: t.FunctionDeclaration): Statement {
    const variable = this.names.variableOf.get(node.id as t.Identifier) as Variable;
    const value = functionExpression(this, node, this.names.unitOf.get(node) as Unit);
    if (this.isMoved(variable)) return statement(set(this.target(variable), value));
    return located(t.variableDeclaration('let', [t.variableDeclarator(id(variable.name), value)]), node);
  }

  #statementIn(node: Statement): Statement[] {
    const given = this.node(node);
    return Array.isArray(given) ? given : [given as Statement];
  }

  /** Functions in an `async` one are no part of a frame, unless they are generators. */
  staysInPlace(unit: Unit): boolean {
    if (unit.bound !== undefined) return true;
    if (unit.slots !== undefined) return false;
    for (let at: Unit | undefined = unit.parent; at !== undefined; at = at.parent) {
      if ((at.node as { async?: boolean }).async === true) return true;
      if (at.slots !== undefined) return false;
    }
    return false;
  }

  /** A function in a frame is not a method of the frame. And iterators of the language's own become cursors. */
  #call(node: t.CallExpression | t.OptionalCallExpression): Node {
    const wasName = node.callee.type === 'Identifier';
    const { callee } = node;
    replaceChildren(node, this.child);
    if (wasName) node.callee = withoutReceiver(node.callee as Expression);
    if (this.unit?.slots === undefined || node.type !== 'CallExpression' || callee.type !== 'MemberExpression')
      return node;
    const { object: source, property, computed } = callee;
    const isKnown = !computed && property.type === 'Identifier' && ITERATIONS.has(property.name);
    const isIterator = computed && isSymbolIterator(property);
    const count = node.arguments.length;
    const isMatch = isKnown && property.name === 'matchAll';
    if ((!isKnown && !isIterator) || count !== (isMatch ? 1 : 0) || source.type === 'Super') return node;
    const key = isIterator ? (property as Expression) : str((property as t.Identifier).name);
    return located(callOf(this.runtime('iteratorOf'), source, key, ...(node.arguments as Expression[])), node);
  }

  #function(node: t.Function): Node | Statement[] {
    const unit = this.names.unitOf.get(node);
    if (unit === undefined) throw new Error('a function that was not seen before');
    if (node.type === 'ClassMethod' || node.type === 'ClassPrivateMethod') return methodInClass(this, node, unit);
    const isValue = node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression';
    if (isValue && !this.staysInPlace(unit)) return functionExpression(this, node, unit);
    return functionInPlace(this, node, unit);
  }

  capturedName({ kind, name }: Variable): string {
    return kind === 'this' || kind === 'arguments' ? this.prefix + kind : name;
  }

  #staticBlock(node: t.StaticBlock): Node {
    const unit = this.names.unitOf.get(node);
    this.within(unit, () => {
      node.body = this.statements(node.body, node);
    });
    return node;
  }

  /** Runs with another function's code at hand. */
  within<N>(unit: Unit | undefined, run: () => N): N {
    const before = [this.unit, this.isBeforeFrame, this.hasRawParameters, this.isInLoop] as const;
    this.unit = unit;
    this.isBeforeFrame = false;
    this.hasRawParameters = false;
    this.isInLoop = false;
    const result = run();
    [this.unit, this.isBeforeFrame, this.hasRawParameters, this.isInLoop] = before;
    return result;
  }

  #exportDefault(node: t.ExportDefaultDeclaration): Node {
    const { declaration } = node;
    if (declaration.type === 'FunctionDeclaration' && !declaration.id) {
      const unit = this.names.unitOf.get(declaration);
      if (unit?.slots !== undefined) {
        node.declaration = functionExpression(this, declaration, unit);
        return node;
      }
    }
    replaceChildren(node, this.child);
    return node;
  }
}

const ITERATIONS = new Set(['keys', 'values', 'entries', 'matchAll']);

function isSymbolIterator(node: Node): boolean {
  return (
    node.type === 'MemberExpression' &&
    !node.computed &&
    node.object.type === 'Identifier' &&
    node.object.name === 'Symbol' &&
    (node.property as t.Identifier).name === 'iterator'
  );
}

/** `(0, frame.f)()`: a call without a receiver. */
function withoutReceiver(callee: Expression): Expression {
  if (callee.type !== 'MemberExpression') return callee;
  return located(t.sequenceExpression([t.numericLiteral(0), callee]), callee);
}
