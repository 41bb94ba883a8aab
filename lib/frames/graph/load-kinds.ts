/** How the nodes of each kind become objects. */
import { KINDS, type Json } from './format.ts';
import type { GraphReader, StoredNode } from './graph-reader.ts';
import { builtinKinds } from './load-builtin.ts';
import { frameKinds } from './load-frame.ts';
import { namedKinds } from './load-named.ts';
import { plainKinds } from './load-plain.ts';
import { Refused } from './refused.ts';

export interface NodeKind {
  /** The object, with nothing in it. It needs no other node. */
  make?(reader: GraphReader, node: StoredNode): object;
  /** The object, which needs others to be there. */
  makeLater?(reader: GraphReader, node: StoredNode): object;
  /** What it is made of has to be filled as well. */
  readonly isMadeOfData?: true;
  fill?(reader: GraphReader, node: StoredNode, object: object): void;
}

const all = new Map<string, NodeKind>(
  Object.entries({ ...plainKinds, ...builtinKinds, ...frameKinds, ...namedKinds }).map(([name, kind]) => [
    KINDS[name as keyof typeof KINDS],
    kind,
  ]),
);

export function kindOfNode(kind: Json | undefined): NodeKind {
  const found = typeof kind === 'string' ? all.get(kind) : undefined;
  if (found === undefined) throw new Refused('it has a node of a kind that is not known');
  return found;
}
