/** What the compiler knows of the variables and functions of a module: filled pass by pass, asked by the later ones. */
import type { Class, Function, Identifier, Node, StaticBlock } from '@babel/types';

export type VariableKind =
  'var' | 'let' | 'const' | 'param' | 'function' | 'class' | 'catch' | 'own-name' | 'this' | 'arguments' | 'temporary';

export interface Variable {
  readonly name: string;
  readonly kind: VariableKind;
  /** The function or class that it belongs to. Undefined: the module, in a block or at the top level. */
  readonly home: Unit | undefined;
  readonly isModuleLevel: boolean;
  /** Where it is declared: a block, a loop, a function, ... */
  readonly scope: Node | undefined;
  /** From here on, in its scope, it has its value. */
  readyAt: number;
  /** Writes beside the one that gives it its first value. */
  writes: number;
  readonly uses: Use[];
  /** The outermost functions and classes of its home that use it. */
  readonly capturedBy: Set<Unit>;
  /** It is in a box of its own, which all that use it share. */
  isBoxed: boolean;
  /** It may be read before it has a value, so each access looks. */
  isChecked: boolean;
}

export interface Use {
  readonly at: number;
  readonly unit: Unit | undefined;
}

/** A function or a class. */
export interface Unit {
  readonly node: Function | Class | StaticBlock;
  readonly parent: Unit | undefined;
  /** The name that it has at run time, as the language infers it; '' if none. */
  readonly name: string;
  /** What it is called in its id: its name, or `order()` if what it is given to makes `order`; '' if neither is there. */
  readonly calledName: string;
  /** Variables of functions around it, which it or a function in it uses. */
  readonly captures: Set<Variable>;
  ownName: Variable | undefined;
  thisVariable: Variable | undefined;
  argumentsVariable: Variable | undefined;
  /** Why it cannot be taken out of where it is written: it uses what only that place has. */
  bound: string | undefined;
  /** Its id in the module: names of the functions around it and its own. */
  path: string;
  /** Why a generator function is left as it is. */
  nativeBecause: string | undefined;
  /** Of a generator function that becomes a machine: the names that variables have in its frame. */
  slots: ReadonlyMap<Variable, string> | undefined;
}

export interface Names {
  readonly units: Unit[];
  readonly unitOf: Map<Node, Unit>;
  /** For identifiers that mean a variable: which. Also for `this` and `arguments`, where they become one. */
  readonly variableOf: Map<Node, Variable>;
  readonly moduleVariables: Map<string, Variable>;
  /** Variables that are declared in a scope, by that. */
  readonly declaredIn: Map<Node, Variable[]>;
  /** Declarations that the compiler has made to give a variable a new box, or a first value. */
  readonly renewals: Set<Node>;
}

export function newVariable(
  given: Pick<Variable, 'name' | 'kind' | 'home' | 'scope'> & { readyAt?: number; isModuleLevel?: boolean },
): Variable {
  return {
    isModuleLevel: false,
    readyAt: 0,
    writes: 0,
    uses: [],
    capturedBy: new Set(),
    isBoxed: false,
    isChecked: false,
    ...given,
  };
}

/** An identifier that means this variable. */
export function identifierFor(names: Names, variable: Variable, like?: Node): Identifier {
  const node: Identifier = { type: 'Identifier', name: variable.name };
  if (like?.loc) node.loc = like.loc;
  names.variableOf.set(node, variable);
  return node;
}
