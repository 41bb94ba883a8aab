/** Which variable each name of a module means, and which functions use variables of functions around them. */
import traverseModule, { type Binding, type NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import type { File, Identifier, Node } from '@babel/types';
import { privateNameOf } from './lower-privates.ts';
import { nameUnits } from './name-units.ts';
import { isClassNode, isFunctionNode } from './tree.ts';
import { newVariable, type Names, type Unit, type Variable, type VariableKind } from './variables.ts';

// A CommonJS module, which loaders give in two shapes.
const traverse = ((traverseModule as { default?: unknown }).default ?? traverseModule) as typeof traverseModule.default;

export function resolveNames(file: File, source: string): Names {
  const resolver = new Resolver();
  traverse(file, {
    enter(path) {
      resolver.enter(path);
    },
    exit(path) {
      resolver.exit(path);
    },
  });
  nameUnits(resolver.names.units, source);
  return resolver.names;
}

class Resolver {
  readonly names: Names = {
    units: [],
    unitOf: new Map(),
    variableOf: new Map(),
    moduleVariables: new Map(),
    declaredIn: new Map(),
    renewals: new Set(),
  };
  readonly #variables = new Map<Binding, Variable>();
  readonly #stack: Unit[] = [];

  enter(path: NodePath): void {
    const { node } = path;
    if (isUnitNode(node)) this.#push(path);
    switch (node.type) {
      case 'Identifier':
        this.#identifier(path as NodePath<Identifier>, node);
        break;
      case 'ThisExpression':
        this.#pseudo(node, 'this');
        break;
      case 'Super':
        this.#bindToMethod('it uses `super`');
        break;
      case 'MetaProperty':
        if (node.meta.name === 'new') this.#bindToMethod('it uses `new.target`');
        break;
      case 'PrivateName':
        this.#privateName(path, node.id.name);
        break;
      default:
    }
  }

  exit(path: NodePath): void {
    if (isUnitNode(path.node)) this.#stack.pop();
  }

  get #unit(): Unit | undefined {
    return this.#stack.at(-1);
  }

  #push(path: NodePath): void {
    const node = path.node as Unit['node'];
    const unit: Unit = {
      node,
      parent: this.#unit,
      name: inferredName(path),
      calledName: inferredName(path) || nameOfCall(path),
      captures: new Set(),
      ownName: undefined,
      thisVariable: undefined,
      argumentsVariable: undefined,
      bound: undefined,
      path: '',
      nativeBecause: undefined,
      slots: undefined,
    };
    this.#stack.push(unit);
    this.names.units.push(unit);
    this.names.unitOf.set(node, unit);
    if ((node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') && node.id) {
      const binding = path.parentPath?.scope.getBinding(node.id.name);
      if (binding !== undefined) this.names.variableOf.set(node.id, this.#variable(binding));
    }
  }

  #identifier(path: NodePath<Identifier>, node: Identifier): void {
    const { parent, key } = path;
    if (key === 'id' && isUnitNode(parent)) return;
    const above = path.parentPath.parent;
    const isMeant = t.isReferenced(node, parent, above) || t.isBinding(node, parent, above);
    if (!isMeant && !isTarget(path)) return;
    if (node.name === 'arguments' && this.#arguments(node)) return;
    const binding = path.scope.getBinding(node.name);
    if (binding === undefined || binding.kind === 'unknown') return;
    const own = this.#ownNameOf(binding);
    if (own === 'native') return;
    const variable = own ?? this.#variable(binding);
    this.names.variableOf.set(node, variable);
    if (binding.identifier !== node) this.#use(variable, node.start ?? 0);
  }

  #use(variable: Variable, at: number): void {
    variable.uses.push({ at, unit: this.#unit });
    if (variable.isModuleLevel) return;
    let outermost: Unit | undefined;
    for (let unit = this.#unit; unit !== undefined && unit !== variable.home; unit = unit.parent) {
      unit.captures.add(variable);
      outermost = unit;
    }
    if (outermost !== undefined) variable.capturedBy.add(outermost);
  }

  /** Inside a function or class its own name is a variable of its own, which needs no capturing. */
  #ownNameOf(binding: Binding): Variable | 'native' | undefined {
    const declared = binding.path.node;
    if (binding.kind !== 'local' && binding.constantViolations.length > 0) return undefined;
    if (binding.scope.block.type === 'Program') return undefined;
    const unit = this.#stack.find(({ node }) => node === declared);
    if (unit === undefined) return undefined;
    if (isClassNode(declared)) return binding.kind === 'local' ? this.#variable(binding) : 'native';
    if (declared.type !== 'FunctionDeclaration' && declared.type !== 'FunctionExpression') return undefined;
    const { name } = binding.identifier;
    unit.ownName ??= newVariable({ name, kind: 'own-name', home: unit, scope: declared, readyAt: -1 });
    return unit.ownName;
  }

  #variable(binding: Binding): Variable {
    const known = this.#variables.get(binding);
    if (known !== undefined) return known;
    const { scope, identifier } = binding;
    const isModuleLevel = scope.block.type === 'Program';
    const kind = kindOf(binding);
    const variable = newVariable({
      ...{ name: identifier.name, kind, isModuleLevel },
      home: isModuleLevel ? undefined : this.#homeOf(binding),
      scope: scope.block,
      readyAt: readyAt(binding, kind),
    });
    variable.writes = kind === 'var' && !isModuleLevel ? 1 : binding.constantViolations.length;
    this.#variables.set(binding, variable);
    if (isModuleLevel) this.names.moduleVariables.set(variable.name, variable);
    const beside = this.names.declaredIn.get(scope.block) ?? [];
    this.names.declaredIn.set(scope.block, [...beside, variable]);
    return variable;
  }

  #homeOf(binding: Binding): Unit | undefined {
    if (isClassNode(binding.scope.block)) return this.names.unitOf.get(binding.scope.block);
    const block = binding.scope.getFunctionParent()?.block;
    return block === undefined ? undefined : this.names.unitOf.get(block);
  }

  /** `this` becomes a variable where an arrow function uses that of the function around it, or a generator its own. */
  #pseudo(node: Node, kind: 'this' | 'arguments'): boolean {
    const arrows: Unit[] = [];
    let owner = this.#unit;
    for (; owner?.node.type === 'ArrowFunctionExpression'; owner = owner.parent) arrows.push(owner);
    if (owner === undefined) return false; // that of the module
    const isPlain = isFunctionNode(owner.node) && (owner.node as { kind?: string }).kind !== 'constructor';
    if (!isPlain) {
      for (const arrow of arrows) arrow.bound = 'it uses `this` of a class';
      return false;
    }
    const key = kind === 'this' ? 'thisVariable' : 'argumentsVariable';
    owner[key] ??= newVariable({ name: kind, kind, home: owner, scope: owner.node, readyAt: -1 });
    this.names.variableOf.set(node, owner[key]);
    this.#use(owner[key], node.start ?? 0);
    return true;
  }

  #arguments(node: Identifier): boolean {
    return this.#unit !== undefined && this.#pseudo(node, 'arguments');
  }

  #bindToMethod(why: string): void {
    for (let unit = this.#unit; unit !== undefined; unit = unit.parent) {
      unit.bound ??= why;
      if (unit.node.type !== 'ArrowFunctionExpression') return;
    }
  }

  #privateName(path: NodePath, name: string): void {
    if (path.key === 'key' && path.parent.type.startsWith('Class')) return; // the declaration
    for (let unit = this.#unit; unit !== undefined; unit = unit.parent) {
      if (isClassNode(unit.node) && declaresPrivate(unit.node, name)) return;
      unit.bound ??= `it uses \`#${name}\``;
    }
  }
}

function isUnitNode(node: Node): boolean {
  return isFunctionNode(node) || isClassNode(node) || node.type === 'StaticBlock';
}

/** What is assigned to in a pattern or by `for ... of`. */
function isTarget({ parent, key }: NodePath): boolean {
  switch (parent.type) {
    case 'AssignmentExpression':
    case 'ForOfStatement':
    case 'ForInStatement':
    case 'AssignmentPattern':
      return key === 'left';
    case 'UpdateExpression':
    case 'RestElement':
      return key === 'argument';
    case 'ArrayPattern':
      return true;
    case 'ObjectProperty':
      return key === 'value';
    default:
      return false;
  }
}

function declaresPrivate(node: Node, name: string): boolean {
  const { body } = (node as { body: { body: { key?: Node }[] } }).body;
  return body.some(({ key }) => key?.type === 'PrivateName' && key.id.name === name);
}

function kindOf({ kind, path }: Binding): VariableKind {
  if (path.node.type === 'CatchClause') return 'catch';
  switch (kind) {
    case 'hoisted':
      return 'function';
    case 'param':
      return 'param';
    case 'const':
      return 'const';
    case 'var':
      return 'var';
    case 'local':
      return 'own-name';
    default:
      return path.node.type === 'ClassDeclaration' ? 'class' : 'let';
  }
}

function readyAt({ scope, path }: Binding, kind: VariableKind): number {
  if (kind === 'function') return scope.block.start ?? 0;
  if (kind === 'catch') return (path.node as { param?: Node }).param?.end ?? 0;
  if (kind === 'own-name') return -1;
  return path.node.end ?? 0;
}

function inferredName({ node, parent, key }: NodePath): string {
  if ('id' in node && node.id?.type === 'Identifier') return node.id.name;
  if ('key' in node) return `${accessorPrefix(node)}${keyName(node.key, 'computed' in node && node.computed)}`;
  switch (parent.type) {
    case 'VariableDeclarator':
      return key === 'init' && parent.id.type === 'Identifier' ? parent.id.name : '';
    case 'AssignmentExpression':
    case 'AssignmentPattern':
      return key === 'right' && parent.left.type === 'Identifier' ? parent.left.name : '';
    case 'ObjectProperty':
    case 'ClassProperty':
      return key === 'value' ? keyName(parent.key, parent.computed) : '';
    case 'ExportDefaultDeclaration':
      return 'default';
    default:
      return '';
  }
}

/** Of a function that is given to a call, as in `const order = workflow('order', function* () {})`. */
function nameOfCall({ node, parent, parentPath }: NodePath): string {
  const isGiven = parent.type === 'CallExpression' && isFunctionNode(node) && parent.callee !== node;
  const above = isGiven ? parentPath?.parent : undefined;
  if (above?.type !== 'VariableDeclarator' || above.id.type !== 'Identifier') return '';
  return `${above.id.name}()`;
}

function accessorPrefix(node: Node): string {
  const { kind } = node as { kind?: string };
  return kind === 'get' || kind === 'set' ? `${kind} ` : '';
}

function keyName(key: Node, isComputed: boolean): string {
  if (isComputed) return privateNameOf(key) ?? '';
  if (key.type === 'Identifier') return key.name;
  if (key.type === 'StringLiteral' || key.type === 'NumericLiteral') return String(key.value);
  return key.type === 'PrivateName' ? `#${key.id.name}` : '';
}
