/**
 * Brings a stored run of an earlier lull into the form of this one, form by form. What the author's code has in it is not
 * touched: that is known by its own names, await points and variables.
 */
import { STORED_RUN_FORMAT } from '../core/stored-run-format.ts';
import type { Json } from '../frames/graph/format.ts';

/** Of the nodes of a graph (lib/frames/graph/format.ts), with the names and await points of that earlier lull. */
export type Migration = (nodes: readonly Json[]) => readonly Json[];

/** By the form that they start from: `1` makes form 2 of form 1. */
const MIGRATIONS: Readonly<Record<number, Migration>> = {};

/** As `storeRun` gave it. Whatever is no graph is left as it is: to read it is refused. Undefined: that form is not known. */
export function migrateRun(
  bytes: Uint8Array,
  from: number,
  { migrations, to }: { readonly migrations: Readonly<Record<number, Migration>>; readonly to: number } = {
    migrations: MIGRATIONS,
    to: STORED_RUN_FORMAT,
  },
): Uint8Array | undefined {
  if (from === to) return bytes;
  const steps: Migration[] = [];
  for (let form = from; form < to; form += 1) {
    const step = migrations[form];
    if (step === undefined) return undefined;
    steps.push(step);
  }
  if (steps.length === 0) return undefined; // of a newer lull
  const graph: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (!Array.isArray(graph)) return bytes;
  const [format, root, ...nodes] = graph as Json[];
  const migrated = steps.reduce<readonly Json[]>((all, step) => step(all), nodes);
  return new TextEncoder().encode(JSON.stringify([format, root, ...migrated]));
}
