/**
 * From bytes to the value, with everything it refers to made anew. Bytes may be anything: what is not right is refused,
 * and nothing outside of the new objects is changed.
 */
import { describeThrown } from '../../core/to-error.ts';
import { MAX_RUN_BYTES } from '../../core/stored-run-limit.ts';
import { GRAPH_FORMAT, type Json } from './format.ts';
import { GraphReader } from './graph-reader.ts';
import type { SnapshotHost } from './host.ts';
import { shown } from './shown.ts';
import { Refused, tooLarge, type GraphRefusal } from './refused.ts';

export type LoadedGraph = { readonly kind: 'loaded'; readonly value: unknown } | GraphRefusal;

export function loadGraph(bytes: Uint8Array, host: SnapshotHost = {}): LoadedGraph {
  try {
    const [root, nodes] = parse(bytes);
    return { kind: 'loaded', value: new GraphReader(nodes, host).run(root) };
  } catch (error) {
    const reason = error instanceof Refused ? error.reason : `it cannot be read: ${describeThrown(error)}`;
    return { kind: 'refused', path: '', reason };
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function parse(bytes: Uint8Array): [root: Json, nodes: readonly Json[]] {
  if (bytes.byteLength > MAX_RUN_BYTES) throw new Refused(tooLarge(bytes.byteLength));
  let parsed: unknown;
  try {
    parsed = JSON.parse(decoder.decode(bytes));
  } catch {
    throw new Refused('it is no stored graph: it is cut off, or something else');
  }
  if (!Array.isArray(parsed)) throw new Refused('it is no stored graph');
  const [version, root, ...nodes] = parsed as Json[];
  if (version !== GRAPH_FORMAT) {
    throw new Refused(`its format is ${shown(version)}: ${GRAPH_FORMAT} is read here`);
  }
  if (root === undefined) throw new Refused('it is empty');
  return [root, nodes];
}
