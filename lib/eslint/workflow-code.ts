/**
 * Which functions of a file are workflow code, which is replayed, and which are bodies of steps, which are not.
 *
 * Where it cannot be known, as for a function that is handed to an imported one, it is neither: better no word than a
 * wrong one.
 */
import type { SourceCode } from 'eslint';
import { awaitableKind, makerOf } from './awaitable-calls.ts';
import { importsLull, lullName } from './imported-name.ts';
import {
  type FunctionNode,
  functionAround,
  hasWithin,
  isCall,
  isFunction,
  type Node,
  parentOf,
  propertyName,
  standsFor,
  unwrap,
  walk,
  wrapped,
} from './syntax.ts';

export interface WorkflowCode {
  /** Whether a function is run again at each replay. */
  isReplayed(code: FunctionNode | undefined): boolean;
  /** Whether a generator is awaited with `yield*`, or made a task: one that plain loops use is none. */
  isCoroutine(code: FunctionNode | undefined): boolean;
  isStepBody(code: FunctionNode): boolean;
}

/** Functions of lull that call what they are given outside of replay. */
const WITH_BODY = new Set(['defineStep', 'poll', 'step', 'transaction']);
/** Functions of lull that call, within the run, the function that they are given. */
const WITH_CODE = new Set(['batch', 'retry', 'saga', 'taskGroup', 'timeout', 'waitUntil', 'workflow']);
const TAKES_ITERABLE = new Set(['asCompleted', 'batch', 'gather', 'race', 'wait']);
/** Methods that call what they are given at once, while the caller waits. */
const CALLED_AT_ONCE = new Set([
  ...['every', 'filter', 'find', 'findIndex', 'findLast', 'findLastIndex', 'flatMap', 'forEach', 'from', 'map'],
  ...['reduce', 'reduceRight', 'some', 'sort', 'toSorted'],
]);
/** Methods of what lull gives that call, within the run, what they are given. */
const CALLED_IN_RUN = new Set(['addDoneCallback', 'createTask', 'onFailure', 'waitFor', 'with']);

const known = new WeakMap<SourceCode, WorkflowCode>();

export function workflowCode(sourceCode: SourceCode): WorkflowCode {
  const before = known.get(sourceCode);
  if (before !== undefined) return before;
  const code = importsLull(sourceCode) ? new Classified(sourceCode) : NONE;
  known.set(sourceCode, code);
  return code;
}

const NONE: WorkflowCode = { isReplayed: () => false, isCoroutine: () => false, isStepBody: () => false };

class Classified implements WorkflowCode {
  readonly #sourceCode: SourceCode;
  readonly #replayed = new Set<FunctionNode>();
  readonly #coroutines = new Set<FunctionNode>();
  readonly #bodies = new Set<FunctionNode>();
  /** Found to be replayed; what they call has not been looked at. */
  readonly #unvisited: FunctionNode[] = [];

  constructor(sourceCode: SourceCode) {
    this.#sourceCode = sourceCode;
    const functions: FunctionNode[] = [];
    walk(sourceCode, sourceCode.ast, (node) => {
      if (isFunction(node)) functions.push(node);
      if (isCall(node)) this.#readArguments(node);
      return true;
    });
    for (const each of functions) if (this.#isPlainlyCoroutine(each)) this.#addCoroutine(each);
    for (let next = this.#unvisited.pop(); next; next = this.#unvisited.pop()) this.#visit(next);
  }

  isReplayed(code: FunctionNode | undefined): boolean {
    return code !== undefined && this.#replayed.has(code);
  }

  isCoroutine(code: FunctionNode | undefined): boolean {
    return code !== undefined && this.#coroutines.has(code);
  }

  isStepBody(code: FunctionNode): boolean {
    return this.#bodies.has(code);
  }

  /** What lull is given: bodies of steps, and the code of runs. */
  #readArguments(call: Node & { type: 'CallExpression' | 'NewExpression' }): void {
    const name = lullName(this.#sourceCode, call.callee);
    for (const argument of call.arguments) {
      const given = this.#functionOf(argument);
      if (name !== undefined && WITH_BODY.has(name)) {
        if (given) this.#bodies.add(given);
        this.#readOptions(argument);
      }
      if (given && name !== undefined && WITH_CODE.has(name)) this.#addCode(given);
      if (given && this.#isCalledInRun(call.callee)) this.#addCode(given);
      if (this.#isHandle(call.callee)) this.#readHandlers(argument);
    }
  }

  /** The options of a step: `undo` and `retryIf` are called outside of the run; an `undo` that is a generator is its code. */
  #readOptions(options: Node): void {
    walk(this.#sourceCode, options, (node) => {
      if (node.type !== 'Property' || !['retryIf', 'undo'].includes(propertyName(node) ?? '')) return !isFunction(node);
      const given = this.#functionOf(node.value);
      if (given?.generator === true) this.#addCode(given);
      else if (given) this.#bodies.add(given);
      return false;
    });
  }

  #isCalledInRun(callee: Node): boolean {
    const inner = unwrap(callee);
    return inner.type === 'MemberExpression' && CALLED_IN_RUN.has(propertyName(inner) ?? '');
  }

  #isHandle(callee: Node): boolean {
    const inner = unwrap(callee);
    if (inner.type !== 'MemberExpression' || propertyName(inner) !== 'handle') return false;
    return ['query', 'update'].includes(makerOf(this.#sourceCode, inner.object) ?? '');
  }

  #readHandlers(argument: Node): void {
    const handlers = unwrap(argument);
    const values =
      handlers.type === 'ObjectExpression'
        ? handlers.properties.flatMap((each) => (each.type === 'Property' ? [each.value] : []))
        : [handlers];
    for (const each of values) {
      const given = this.#functionOf(each);
      if (given) this.#addCode(given);
    }
  }

  #addCode(code: FunctionNode): void {
    if (code.generator) this.#addCoroutine(code);
    else this.#addReplayed(code);
  }

  #addCoroutine(code: FunctionNode): void {
    this.#coroutines.add(code);
    this.#addReplayed(code);
  }

  #addReplayed(code: FunctionNode): void {
    if (this.#replayed.has(code)) return;
    this.#replayed.add(code);
    this.#unvisited.push(code);
  }

  /** Adds what replayed code calls, and what it hands on to be called. */
  #visit(code: FunctionNode): void {
    walk(this.#sourceCode, code, (node) => {
      if (node !== code && isFunction(node)) {
        if (this.#isCalledInPlace(node)) this.#addReplayed(node);
        return false;
      }
      if (isCall(node)) this.#visitCall(node);
      return true;
    });
  }

  #visitCall(call: Node & { type: 'CallExpression' | 'NewExpression' }): void {
    const called = this.#functionOf(call.callee);
    if (called && !this.#bodies.has(called)) {
      this.#addReplayed(called);
      if (called.generator && this.#isAwaited(call)) this.#addCoroutine(called);
    }
    if (!this.#callsAtOnce(call.callee)) return;
    for (const argument of call.arguments) {
      const given = this.#functionOf(argument);
      if (!given || isFunction(unwrap(argument)) || this.#bodies.has(given)) continue;
      if (given.generator) this.#addCoroutine(given);
      else this.#addReplayed(given);
    }
  }

  /** `items.map((item) => ...)`, and a function that is called where it is written. */
  #isCalledInPlace(code: FunctionNode): boolean {
    if (this.#bodies.has(code)) return false;
    const place = wrapped(code);
    const parent = parentOf(place);
    if (!isCall(parent)) return false;
    if (parent.callee === place) return true;
    return this.#callsAtOnce(parent.callee) || isPromise(parent.callee);
  }

  #callsAtOnce(callee: Node): boolean {
    const inner = unwrap(callee);
    return inner.type === 'MemberExpression' && CALLED_AT_ONCE.has(propertyName(inner) ?? '');
  }

  /** Whether the coroutine of a call is awaited, or given to lull, alone or within an array or record. */
  #isAwaited(call: Node): boolean {
    let node = call;
    for (let parent = parentOf(node); parent; node = parent, parent = parentOf(node)) {
      if (parent.type === 'YieldExpression') return parent.delegate;
      if (isCall(parent) && parent.callee !== node) {
        const name = lullName(this.#sourceCode, parent.callee);
        // A generator that is given where a collection is taken is the iterator of one.
        return name !== undefined && !(node === call && TAKES_ITERABLE.has(name));
      }
      if (isFunction(parent) || parent.type === 'SpreadElement') return false;
    }
    return false;
  }

  #isPlainlyCoroutine(code: FunctionNode): boolean {
    if (!code.generator || this.#bodies.has(code)) return false;
    if (returnTypeName(code) === 'Coroutine') return true;
    return hasWithin(
      this.#sourceCode,
      code.body,
      (node) =>
        node.type === 'YieldExpression' &&
        node.delegate &&
        !!node.argument &&
        functionAround(node) === code &&
        awaitableKind(this.#sourceCode, node.argument) === 'durable',
    );
  }

  /** The function that an expression is, or the name of. */
  #functionOf(node: Node): FunctionNode | undefined {
    const value = standsFor(this.#sourceCode, node);
    return isFunction(value) ? value : undefined;
  }
}

function isPromise(callee: Node): boolean {
  return callee.type === 'Identifier' && callee.name === 'Promise';
}

interface Annotated {
  readonly returnType?: {
    readonly typeAnnotation?: { readonly typeName?: { readonly name?: string } };
  };
}

function returnTypeName(code: FunctionNode): string | undefined {
  return (code as Annotated).returnType?.typeAnnotation?.typeName?.name;
}
