/** The class and the keys of an instance, as its node has them: read once for all that are alike. */
import { runtime } from '../runtime/runtime.ts';
import { isPrivateName, type Json } from './format.ts';
import type { GraphReader, StoredNode } from './graph-reader.ts';
import { shown } from './shown.ts';

type ClassInModule = NonNullable<ReturnType<typeof runtime.classInModule>>;

export interface InstanceShape {
  readonly keys: readonly PropertyKey[];
  /** As they are stored. */
  readonly stored: readonly Json[];
  /** Makes one without properties. */
  readonly Instance: new () => object;
  /** For each key, whether instances inherit something of that name, so that to assign to it may run code. */
  readonly isInherited: readonly boolean[];
}

/** Where the keys and values begin in a node. */
export const KEYS_AT = 3;

export function shapeOf(reader: GraphReader, node: StoredNode): InstanceShape {
  const [, module, name] = node;
  const isName = typeof module === 'string' && typeof name === 'string';
  const ofClass = isName ? runtime.classInModule(module, name) : undefined;
  if (ofClass === undefined) return reader.refuse(`${shown(name)} is not in ${shown(module)} any more`);
  const last = ofClass.lastRead as InstanceShape | undefined;
  if (last !== undefined && isAlike(node, last.stored)) return last;
  const shape = newShape(reader, ofClass, node);
  ofClass.lastRead = shape;
  return shape;
}

function newShape(reader: GraphReader, ofClass: ClassInModule, node: StoredNode): InstanceShape {
  const stored = node.filter((_, at) => at >= KEYS_AT && (at - KEYS_AT) % 2 === 0);
  const keys = stored.map((key) => keyIn(reader, ofClass, key));
  const { prototype } = ofClass;
  // An object that a constructor makes has its prototype from the start, which is faster than to give it one.
  const Instance = function () {} as unknown as new () => object;
  Instance.prototype = prototype;
  return { keys, stored, Instance, isInherited: keys.map((key) => key in prototype) };
}

function isAlike(node: StoredNode, stored: readonly Json[]): boolean {
  if (node.length !== KEYS_AT + 2 * stored.length) return false;
  for (let index = 0; index < stored.length; index += 1) {
    if (!isSame(node[KEYS_AT + 2 * index], stored[index])) return false;
  }
  return true;
}

/** A text, or the parts of a symbol. */
function isSame(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
  return one.every((part, index) => part === (other as readonly Json[])[index]);
}

function keyIn(reader: GraphReader, ofClass: ClassInModule, stored: Json | undefined): PropertyKey {
  if (typeof stored === 'string') {
    if (!isPrivateName(stored)) return stored;
    return runtime.privateIn(ofClass, stored) ?? reader.refuse(`${ofClass.name} has no ${shown(stored)} any more`);
  }
  const key = reader.value(stored);
  return typeof key === 'symbol' ? key : reader.refuse('a property has no key');
}
