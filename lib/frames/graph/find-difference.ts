/**
 * Where two stored graphs differ: the way from the root to the first place, by the names of variables and properties. No value
 * is in it, so it can be written to a log.
 */
import { KINDS, type Json } from './format.ts';

interface Pair {
  readonly one: Json;
  readonly other: Json;
  readonly path: string;
}

/** Undefined if they are the same, also if their nodes are numbered in another order. */
export function findGraphDifference(one: Uint8Array, other: Uint8Array): string | undefined {
  if (Buffer.compare(one, other) === 0) return undefined;
  const [left, right] = [one, other].map(readNodes) as [Nodes, Nodes];
  const counterparts = new Map<number, number>();
  const waiting: Pair[] = [{ one: left.root, other: right.root, path: 'the run' }];
  for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
    const [from, to] = [referenceIn(pair.one), referenceIn(pair.other)];
    if (from === undefined || to === undefined) {
      if (JSON.stringify(pair.one) === JSON.stringify(pair.other)) continue;
      return pair.path;
    }
    const known = counterparts.get(from);
    if (known === to) continue;
    if (known !== undefined) return pair.path;
    counterparts.set(from, to);
    const parts = partsOf(left.nodes[from] ?? [], right.nodes[to] ?? [], pair.path);
    if (parts === undefined) return pair.path;
    waiting.push(...parts.reverse());
  }
  return undefined;
}

interface Nodes {
  readonly root: Json;
  readonly nodes: readonly (readonly Json[])[];
}

function readNodes(bytes: Uint8Array): Nodes {
  const [, root, ...nodes] = JSON.parse(new TextDecoder().decode(bytes)) as [Json, Json, ...(readonly Json[])[]];
  return { root, nodes };
}

/** In the node of an error. */
const STACK_AT = 2;

/** `[n]` stands for node n. */
function referenceIn(value: Json): number | undefined {
  const [first, ...rest] = Array.isArray(value) ? (value as readonly Json[]) : [];
  return typeof first === 'number' && rest.length === 0 ? first : undefined;
}

/** Undefined if they are not made alike. */
function partsOf(one: readonly Json[], other: readonly Json[], path: string): Pair[] | undefined {
  if (one.length !== other.length) return undefined;
  const [kind, id] = one;
  const around = kind === KINDS.generator ? `${path} (${String(id)})` : path;
  const pairs = one.map((value, at) => ({ one: value, other: other[at] as Json, path: `${around}${nameOf(one, at)}` }));
  // The stack of an error ends in the engine's own frames, which say how its event was delivered.
  return kind === KINDS.error ? pairs.filter((_, at) => at !== STACK_AT) : pairs;
}

const NAMED = new Set<Json | undefined>([KINDS.generator, KINDS.classInstance]);

/** What stands before a value is its name, where it has one. */
function nameOf(node: readonly Json[], at: number): string {
  const [kind] = node;
  const before = node[at - 1];
  const isNamed =
    kind === KINDS.plainObject || (at % 2 === 0 && at > (kind === KINDS.generator ? 5 : 3) && NAMED.has(kind));
  if (isNamed && at > 1 && typeof before === 'string') return `.${before}`;
  return at === 0 ? '' : `[${at - 1}]`;
}
