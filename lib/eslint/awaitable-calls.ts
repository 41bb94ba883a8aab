/** Which calls return something that has to be awaited with `yield*`, as far as it can be known. */
import type { SourceCode } from 'eslint';
import { importsLull, lullName } from './imported-name.ts';
import { type CallNode, isCall, isFunction, type Node, propertyName, standsFor, unwrap } from './syntax.ts';

/** `coroutine`: a generator, which does nothing before it is awaited, and can be awaited once. */
export type AwaitableKind = 'durable' | 'coroutine';

/** Functions of lull whose result is lost if it is not awaited, also those that begin at the call. */
const DURABLE = new Set([
  ...['batch', 'callback', 'child', 'continueAsNew', 'gather', 'poll', 'race', 'remoteStep', 'retry', 'saga', 'shield'],
  ...['sleep', 'sleepUntil', 'startChild', 'startRun', 'step', 'taskGroup', 'timeout', 'transaction', 'wait'],
  ...['waitFor', 'waitUntil'],
]);

const QUEUE = new Set(['get', 'join', 'put']);
const SEMAPHORE = new Set(['acquire', 'with']);

/** Methods that have to be awaited, by what made the object. */
const METHODS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['Barrier', new Set(['abort', 'reset', 'wait'])],
  ['BoundedSemaphore', SEMAPHORE],
  ['Condition', new Set(['acquire', 'wait', 'waitFor', 'with'])],
  ['Event', new Set(['wait'])],
  ['LifoQueue', QUEUE],
  ['Lock', SEMAPHORE],
  ['PriorityQueue', QUEUE],
  ['Queue', QUEUE],
  ['Semaphore', SEMAPHORE],
  ['getRun', new Set(['cancel', 'query', 'result', 'signal', 'update'])],
  ['signal', new Set(['receive'])],
  ['startChild', new Set(['cancel', 'signal'])],
]);

/** Undefined for what is no such call, and for a call of which nothing is known. */
export function awaitableKind(sourceCode: SourceCode, node: Node): AwaitableKind | undefined {
  const call = unwrap(node);
  if (call.type !== 'CallExpression') return undefined;
  return kindOfCallee(sourceCode, call.callee) ?? kindByType(sourceCode, call);
}

/** What a call of this function would return. */
export function kindOfCallee(sourceCode: SourceCode, callee: Node): AwaitableKind | undefined {
  const inner = unwrap(callee);
  const name = lullName(sourceCode, inner);
  if (name !== undefined) return DURABLE.has(name) ? 'durable' : undefined;
  if (inner.type === 'MemberExpression') {
    const maker = makerOf(sourceCode, inner.object);
    const isAwaited = METHODS.get(maker ?? '')?.has(propertyName(inner) ?? '') ?? false;
    return isAwaited ? 'durable' : undefined;
  }
  return kindOfFunction(sourceCode, standsFor(sourceCode, inner));
}

/** A call as it is named in messages: `sleep(...)`, `paid.receive(...)`. */
export function describeCall(sourceCode: SourceCode, node: Node): string {
  const call = unwrap(node);
  const callee = isCall(call) ? sourceCode.getText(call.callee) : 'the call';
  return callee.length > 40 || callee.includes('\n') ? 'the call' : `${callee}(...)`;
}

/** The function of lull whose result an object is: `Queue` for `new Queue()`, also by the name of its variable. */
export function makerOf(sourceCode: SourceCode, node: Node): string | undefined {
  const object = standsFor(sourceCode, node);
  if (object?.type === 'YieldExpression' && object.delegate && object.argument) {
    return makerOf(sourceCode, object.argument);
  }
  return isCall(object) ? lullName(sourceCode, object.callee) : undefined;
}

function kindOfFunction(sourceCode: SourceCode, value: Node | undefined): AwaitableKind | undefined {
  if (isFunction(value)) {
    const isCoroutine = value.generator === true && value.async !== true && importsLull(sourceCode);
    return isCoroutine ? 'coroutine' : undefined;
  }
  if (!isCall(value)) return undefined;
  const maker = lullName(sourceCode, value.callee);
  if (maker === 'defineStep') return 'durable';
  return maker === 'workflow' ? 'coroutine' : undefined;
}

interface Type {
  readonly aliasSymbol?: { readonly name: string };
  readonly symbol?: { readonly name: string; readonly flags: number };
}

const INTERFACE_FLAG = 64;

/** Where the parser knows types, also functions of other files are recognized. */
function kindByType(sourceCode: SourceCode, call: CallNode): AwaitableKind | undefined {
  const { getTypeAtLocation } = sourceCode.parserServices as { getTypeAtLocation?: (node: Node) => Type };
  if (getTypeAtLocation === undefined) return undefined;
  const { aliasSymbol, symbol } = getTypeAtLocation(call);
  if (aliasSymbol?.name === 'Coroutine') return 'coroutine';
  return symbol?.name === 'Awaitable' && (symbol.flags & INTERFACE_FLAG) !== 0 ? 'durable' : undefined;
}
