/**
 * What a function found around it where it was written, by name: the variables that it has captured, and what is in them. In
 * each process in which the function is made they are there already, so they are looked up and not stored.
 */
import { isObject } from '../runtime/is-object.ts';
import { runtime } from '../runtime/runtime.ts';
import type { SnapshotHost } from './host.ts';
import { intrinsicName } from './intrinsics.ts';

/** As `[0, "rows", 3]`: the first captured variable, its property, an item of that. A number of a function is a variable of its. */
type Path = readonly (string | number)[];

type Surroundings = Required<Pick<SnapshotHost, 'nameOf' | 'named'>>;

/** So far into what is captured: tables of a million entries are not meant to be referred to entry by entry. */
const MAX_DEPTH = 8;
const MAX_OBJECTS = 10_000;

const known = new WeakMap<object, Surroundings>();

/** Of a function that was not compiled nothing is known. */
export function surroundingsOf(code: object): Surroundings {
  const before = known.get(code);
  if (before !== undefined) return before;
  const names = namesAround(code);
  const at = (path: Path): unknown => path.reduce<unknown>((value, part) => partOf(value, part), code);
  const surroundings: Surroundings = {
    nameOf(value) {
      const path = names.get(value);
      // Code may have put something else there since.
      return path !== undefined && at(path) === value ? JSON.stringify(path) : undefined;
    },
    named(name) {
      const path = pathIn(name);
      const found = path === undefined ? undefined : at(path);
      return isObject(found) && names.has(found) ? found : undefined;
    },
  };
  known.set(code, surroundings);
  return surroundings;
}

function namesAround(code: object): WeakMap<object, Path> {
  const names = new WeakMap<object, Path>();
  const waiting: { readonly value: object; readonly path: Path }[] = [{ value: code, path: [] }];
  for (let index = 0; index < waiting.length && index < MAX_OBJECTS; index += 1) {
    const { value, path } = waiting[index] as (typeof waiting)[number];
    if (path.length >= MAX_DEPTH) continue;
    for (const part of partsIn(value)) {
      const inner = partOf(value, part);
      if (!isObject(inner) || names.has(inner)) continue;
      if (intrinsicName(inner) !== undefined || runtime.nameInModule(inner) !== undefined) continue;
      const innerPath = [...path, part];
      names.set(inner, innerPath);
      waiting.push({ value: inner, path: innerPath });
    }
  }
  return names;
}

function partsIn(value: object): Path {
  const closure = runtime.closureOf(value);
  if (closure !== undefined) return [...closure.captured.keys()];
  if (value instanceof runtime.Box) return ['v'];
  const prototype = Object.getPrototypeOf(value) as object | null;
  const isContainer = Array.isArray(value) || prototype === Object.prototype || prototype === null;
  return isContainer ? Object.getOwnPropertyNames(value) : [];
}

/** No getter is run. */
function partOf(value: unknown, part: string | number): unknown {
  if (!isObject(value)) return undefined;
  if (typeof part === 'number') return runtime.closureOf(value)?.captured[part];
  return Object.getOwnPropertyDescriptor(value, part)?.value;
}

function pathIn(name: string): Path | undefined {
  try {
    const path: unknown = JSON.parse(name);
    return Array.isArray(path) ? (path as Path) : undefined;
  } catch {
    return undefined;
  }
}
