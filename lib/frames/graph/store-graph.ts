/** From a value and all it refers to, to bytes. Nothing is changed, and no code of the values runs, but a `toData`. */
import { describeThrown } from '../../core/to-error.ts';
import { MAX_RUN_BYTES } from '../../core/stored-run-limit.ts';
import { GRAPH_FORMAT, TAGS, type Json } from './format.ts';
import type { SnapshotHost } from './host.ts';
import { storeObject } from './store-object.ts';
import { storeSymbol } from './store-symbol.ts';
import { Refused, tooLarge, type GraphRefusal } from './refused.ts';
import { runtime } from '../runtime/runtime.ts';

export type StoredGraph = { readonly kind: 'stored'; readonly bytes: Uint8Array } | GraphRefusal;

/** Refused if there is anything that cannot be made again: with the path to it, and why. */
export function storeGraph(value: unknown, host: SnapshotHost = {}): StoredGraph {
  const writer = new GraphWriter(host);
  try {
    return { kind: 'stored', bytes: writer.run(value) };
  } catch (error) {
    if (error instanceof Refused) return { kind: 'refused', path: writer.path(error.part), reason: error.reason };
    return {
      kind: 'refused',
      path: writer.path(''),
      reason: `it cannot be looked into: it threw ${describeThrown(error)}`,
    };
  }
}

export type Node = Json[];

interface WeakNode {
  readonly collection: WeakSet<object> | WeakMap<object, unknown>;
  readonly node: Node;
  readonly at: number;
  /** So many of the objects were looked for in it. */
  asked: number;
}

export class GraphWriter {
  readonly host: SnapshotHost;
  /** Run after all nodes are known, for links that count only if both ends are stored. */
  readonly afterwards: (() => void)[] = [];
  readonly #ids = new Map<object, number>();
  readonly #objects: object[] = [];
  /** For each node the one that led to it, and how: for messages. */
  readonly #from: { readonly parent: number; readonly part: string }[] = [];
  readonly #weak: WeakNode[] = [];
  #at = -1;

  constructor(host: SnapshotHost) {
    this.host = host;
  }

  run(value: unknown): Uint8Array {
    const nodes: Node[] = [];
    const root = this.value(value, '');
    while (nodes.length < this.#objects.length) {
      for (let index = nodes.length; index < this.#objects.length; index += 1) {
        this.#at = index;
        nodes.push(storeObject(this, this.#objects[index] as object));
      }
      this.#fillWeak();
    }
    for (const link of this.afterwards) link();
    const bytes = Buffer.from(JSON.stringify([GRAPH_FORMAT, root, ...nodes]));
    if (bytes.byteLength > MAX_RUN_BYTES) {
      this.#at = -1; // no one place of it
      this.refuse(tooLarge(bytes.byteLength));
    }
    return bytes;
  }

  /** The stored form of what is at `part` of the node at hand. */
  value(value: unknown, part: string): Json {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        return storeNumber(value);
      case 'undefined':
        return [TAGS.undefined];
      case 'bigint':
        return [TAGS.bigint, value < 0n ? `-${(-value).toString(16)}` : value.toString(16)];
      case 'symbol':
        if (value === runtime.UNSET) return [TAGS.unset];
        return (
          storeSymbol(value) ??
          this.refuse(`is a symbol of its own (${String(value)}), which no other process has`, part)
        );
      default:
        return value === null ? null : [this.#id(value as object, part)];
    }
  }

  #id(value: object, part: string): number {
    const known = this.#ids.get(value);
    if (known !== undefined) return known;
    const id = this.#objects.push(value) - 1;
    this.#ids.set(value, id);
    this.#from.push({ parent: this.#at, part });
    return id;
  }

  /** What is in it, of all that is stored for another reason, is added to its node. */
  weak(collection: WeakSet<object> | WeakMap<object, unknown>, node: Node): void {
    this.#weak.push({ collection, node, at: this.#at, asked: 0 });
  }

  #fillWeak(): void {
    for (const weak of this.#weak) {
      this.#at = weak.at;
      for (; weak.asked < this.#objects.length; weak.asked += 1) {
        const { collection, node, asked } = weak;
        const key = this.#objects[asked] as object;
        if (!collection.has(key)) continue;
        node.push([asked]);
        if (collection instanceof WeakMap) node.push(this.value(collection.get(key), '.get(...)'));
      }
    }
  }

  /** The number of a node that is there already. */
  known(value: object): number | undefined {
    return this.#ids.get(value);
  }

  refuse(reason: string, part = ''): never {
    throw new Refused(reason, part);
  }

  path(part: string): string {
    const parts = [part];
    for (let at = this.#at; at >= 0; at = this.#from[at]?.parent ?? -1) parts.push(this.#from[at]?.part ?? '');
    return parts.reverse().join('');
  }
}

function storeNumber(value: number): Json {
  if (Number.isFinite(value)) return Object.is(value, -0) ? [TAGS.negativeZero] : value;
  if (Number.isNaN(value)) return [TAGS.notANumber];
  return [value > 0 ? TAGS.infinity : TAGS.negativeInfinity];
}
