/** Finds out what a run waits for: from its code, where this client has it, else from its journal. */
import type { WaitsFor } from '../core/waits-for.ts';
import { OpenCommands } from '../journal/command-facts.ts';
import type { InspectOptions, Inspection } from '../ports/inspection.ts';
import type { RunItem } from '../ports/run-item.ts';
import { isOfPayloadKey } from '../ports/world-errors.ts';
import type { ClientPorts } from './client-ports.ts';
import { readRecords } from './read-records.ts';
import { retryUnavailable } from './retry-unavailable.ts';
import { fromInspection, fromJournal } from './to-waits-for.ts';

/** Undefined before the run's first turn. */
export async function readWaitsFor(
  ports: ClientPorts,
  run: RunItem,
  options: InspectOptions,
): Promise<WaitsFor | undefined> {
  const inspection = await inspect(ports, run.runId, options);
  switch (inspection.kind) {
    case 'inspected':
      return fromInspection(inspection);
    case 'not-begun':
    case 'not-found':
      return undefined;
    case 'no-code':
    case 'unreadable':
      return readFromJournal(ports, run, inspection.because);
  }
}

type Found =
  | Exclude<Inspection, { readonly kind: 'unreadable' }>
  | { readonly kind: 'no-code' | 'unreadable'; readonly because: string };

async function inspect(ports: ClientPorts, runId: string, options: InspectOptions): Promise<Found> {
  const inspectRun = await ports.openInspection();
  if (inspectRun === undefined) {
    return {
      kind: 'no-code',
      because: 'this client does not have the code of the workflows: new Client({ workflows })',
    };
  }
  const inspection = await retryUnavailable(ports.clock, () => inspectRun(runId, options));
  return inspection.kind === 'unreadable' ? { kind: inspection.kind, because: inspection.error.message } : inspection;
}

async function readFromJournal(ports: ClientPorts, run: RunItem, because: string): Promise<WaitsFor | undefined> {
  const store = await ports.openStore();
  const open = new OpenCommands();
  let isBegun = false;
  try {
    for await (const { entries } of readRecords(ports, store, { runId: run.runId, after: 0, link: run.link })) {
      isBegun = true;
      for (const entry of entries) open.feed(entry);
    }
  } catch (error) {
    if (isOfPayloadKey(error)) return fromJournal([], error.message);
    throw error;
  }
  return isBegun ? fromJournal(open.all(), because) : undefined;
}
