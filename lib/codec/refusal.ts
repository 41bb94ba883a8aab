/** What is said of a value that cannot be stored: what stands there, and what to do about it. */
import { className, describeValue } from '../core/describe-value.ts';

/** As in `is a function charge. Leave it out, or pass what it returns`. */
export function refusalOf(value: unknown): string {
  return `is ${describeValue(value)}. ${advice(value)}`;
}

function advice(value: unknown): string {
  if (typeof value === 'function') return 'Leave it out, or pass what it returns';
  if (typeof value === 'symbol') return 'Use a text instead';
  const name = safeClassName(value);
  if (name === 'Promise') return 'Await it, and pass what it gives';
  if (name !== undefined && /Generator$/.test(name)) return 'Await it with yield*, and pass what it returns';
  if (name !== undefined && BOUND_TO_PROCESS.has(name))
    return 'It means something in one process only: pass plain data';
  return `Pass plain data, or make the class known with registerClass`;
}

const BOUND_TO_PROCESS = new Set(['WeakMap', 'WeakSet', 'WeakRef', 'SharedArrayBuffer', 'AbortSignal', 'Iterator']);

function safeClassName(value: unknown): string | undefined {
  try {
    return className(value as object);
  } catch {
    return undefined;
  }
}
