/**
 * A value as a line of log can have it: plain JSON, whatever it was. Nothing that is logged can make it throw: what
 * cannot be read is named in its place.
 */
import { describeValue } from '../core/describe-value.ts';
import { isError } from '../core/to-error.ts';
import { showError } from './shown-error.ts';

const UNREADABLE = '(cannot be written as JSON)';
const CIRCULAR = '[Circular]';
const DEPTH_LIMIT = 50;

/** The fields of an object: errors, maps, sets, big integers and numbers that JSON lacks are readable; functions go. */
export function showFields(value: object): Record<string, unknown> {
  return showProperties(value, [value]);
}

function show(value: unknown, around: readonly object[]): unknown {
  switch (typeof value) {
    case 'bigint':
    case 'symbol':
      return String(value);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'function':
      return undefined;
    case 'object':
      return value === null ? null : showObject(value, around);
    default:
      return value;
  }
}

function showObject(value: object, around: readonly object[]): unknown {
  if (isError(value)) return showError(value);
  if (around.includes(value)) return CIRCULAR;
  if (around.length >= DEPTH_LIMIT) return describeValue(value);
  const within = [...around, value];
  try {
    if ('toJSON' in value && typeof value.toJSON === 'function') {
      const replaced = (value.toJSON as () => unknown)();
      return replaced === value ? showProperties(value, within) : show(replaced, within);
    }
    if (Array.isArray(value)) return value.map((item) => show(item, within) ?? null);
    if (value instanceof Set) return [...value].map((item) => show(item, within) ?? null);
    if (value instanceof Map) return showMap(value, within);
    if (value instanceof RegExp) return String(value);
    const shown = showProperties(value, within);
    return Object.keys(shown).length > 0 || isPlain(value) ? shown : describeValue(value);
  } catch {
    return UNREADABLE;
  }
}

/** An object, where the keys are texts; otherwise a list of pairs. */
function showMap(map: ReadonlyMap<unknown, unknown>, within: readonly object[]): unknown {
  const shown = [...map].map(([key, value]): [unknown, unknown] => [
    show(key, within) ?? null,
    show(value, within) ?? null,
  ]);
  const hasNames = [...map.keys()].every((key) => typeof key === 'string');
  return hasNames ? Object.fromEntries(shown as [string, unknown][]) : shown;
}

function showProperties(value: object, within: readonly object[]): Record<string, unknown> {
  const shown: [string, unknown][] = [];
  for (const name of Object.keys(value)) {
    const property = showProperty(value, name, within);
    if (property !== undefined) shown.push([name, property]);
  }
  return Object.fromEntries(shown);
}

function showProperty(of: object, name: string, within: readonly object[]): unknown {
  try {
    return show((of as Record<string, unknown>)[name], within);
  } catch {
    return UNREADABLE;
  }
}

/** An object without a class. Never throws. */
export function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  try {
    const prototype = Object.getPrototypeOf(value) as unknown;
    return prototype === null || prototype === Object.prototype;
  } catch {
    return false; // a Proxy
  }
}
