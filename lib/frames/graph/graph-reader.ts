/**
 * The nodes of a stored graph become objects in three rounds: each is made empty; those that need others to be made
 * (closures, instances of registered classes) are made after these; then all are filled.
 */
import { isObject } from '../runtime/is-object.ts';
import type { Json } from './format.ts';
import type { SnapshotHost } from './host.ts';
import { kindOfNode, type NodeKind } from './load-kinds.ts';
import { loadTagged } from './load-tagged.ts';
import { Refused } from './refused.ts';

export type StoredNode = readonly Json[];

export class GraphReader {
  readonly host: SnapshotHost;
  /** Run when all is filled: what needs others to be whole. */
  readonly afterwards: (() => void)[] = [];
  readonly #nodes: readonly StoredNode[];
  readonly #kinds: readonly NodeKind[];
  readonly #objects: (object | undefined)[];
  readonly #isFilled: boolean[];

  constructor(nodes: readonly Json[], host: SnapshotHost) {
    this.host = host;
    this.#nodes = nodes.map((node) => (Array.isArray(node) ? (node as StoredNode) : refuse('a node is no list')));
    this.#kinds = this.#nodes.map((node) => kindOfNode(node[0]));
    this.#objects = new Array<object | undefined>(nodes.length).fill(undefined);
    this.#isFilled = new Array<boolean>(nodes.length).fill(false);
  }

  run(root: Json): unknown {
    const { length } = this.#kinds;
    for (let index = 0; index < length; index += 1) {
      const kind = this.#kinds[index] as NodeKind;
      if (kind.make !== undefined) this.#objects[index] = kind.make(this, this.#nodes[index] as StoredNode);
    }
    for (let index = 0; index < length; index += 1) if (this.#objects[index] === undefined) this.#make(index);
    for (let index = 0; index < length; index += 1) this.#fill(index);
    for (const finish of this.afterwards) finish();
    return this.value(root);
  }

  value(json: Json | undefined): unknown {
    if (!isList(json)) return json === undefined ? refuse('a value is missing') : primitive(json);
    const [tag] = json;
    if (typeof tag !== 'number') return loadTagged(json);
    const object = this.#objects[tag];
    if (object !== undefined && json.length === 1) return object;
    return refuse(tag in this.#nodes ? 'a node needs itself before it is there' : 'a node is missing');
  }

  /** A value that has to be an object. */
  object(json: Json | undefined): object {
    const value = this.value(json);
    if ((typeof value === 'object' && value !== null) || typeof value === 'function') return value;
    return refuse('something else is where an object has to be');
  }

  refuse(reason: string): never {
    return refuse(reason);
  }

  /** Makes a node that needs others first, and those before it. Deep chains use no stack of calls. */
  #make(start: number): void {
    const isOpen = new Set<number>();
    const waiting = [start];
    while (waiting.length > 0) {
      const index = waiting.at(-1) as number;
      const kind = this.#kinds[index] as NodeKind;
      const node = this.#nodes[index] as StoredNode;
      if (this.#objects[index] !== undefined || kind.makeLater === undefined) {
        waiting.pop();
        continue;
      }
      const needed = kind.isMadeOfData === true ? this.#reached(index) : { unmade: this.#unmade(node), all: [] };
      if (needed.unmade.length > 0) {
        isOpen.add(index);
        for (const other of needed.unmade) {
          if (isOpen.has(other)) refuse('a node needs itself before it is there');
          waiting.push(other);
        }
        continue;
      }
      isOpen.delete(index);
      for (const inside of needed.all) this.#fill(inside);
      this.#objects[index] = kind.makeLater(this, node);
      waiting.pop();
    }
  }

  #unmade(node: StoredNode): number[] {
    return referencesIn(node).filter((index) => index in this.#nodes && this.#objects[index] === undefined);
  }

  /** All that a node refers to, and what of it is not made yet. What is filled was looked through before. */
  #reached(start: number): { readonly unmade: number[]; readonly all: number[] } {
    const seen = new Set<number>();
    const unmade: number[] = [];
    const waiting = referencesIn(this.#nodes[start] as StoredNode);
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      if (seen.has(index) || !(index in this.#nodes) || this.#isFilled[index] === true) continue;
      seen.add(index);
      if (this.#objects[index] === undefined) unmade.push(index);
      else for (const next of referencesIn(this.#nodes[index] as StoredNode)) waiting.push(next);
    }
    return { unmade, all: [...seen] };
  }

  #fill(index: number): void {
    if (this.#isFilled[index] === true) return;
    this.#isFilled[index] = true;
    this.#kinds[index]?.fill?.(this, this.#nodes[index] as StoredNode, this.#objects[index] as object);
  }
}

function referencesIn(node: StoredNode): number[] {
  return node.flatMap((part) => (Array.isArray(part) && typeof part[0] === 'number' ? [part[0]] : []));
}

function isList(json: Json | undefined): json is StoredNode {
  return Array.isArray(json);
}

function primitive(json: Exclude<Json, readonly Json[]>): unknown {
  // JSON has objects as well, and a graph has none.
  return isObject(json) ? refuse('an object is where a value has to be') : json;
}

function refuse(reason: string): never {
  throw new Refused(reason);
}
