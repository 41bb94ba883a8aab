/** The console of a `lull dev`: at the port after that of the HTTP API, or at any free one if that is taken. */
import { type RunningConsole, startConsole } from '../console/console-server.ts';
import type { RunChanges } from '../console/run-changes.ts';
import { CloudError } from '../local/cloud-error.ts';
import type { LocalCloud } from '../local/running-cloud.ts';
import { LONGEST_PORT } from './whole-number.ts';

/** Undefined: the stacks have no HTTP API, which the console needs. */
export async function startDevConsole(
  cloud: Pick<LocalCloud, 'url' | 'fetch'>,
  { port, changes }: { readonly port: number; readonly changes: RunChanges },
): Promise<RunningConsole | undefined> {
  if (cloud.url === '') return undefined;
  const engine = {
    name: 'lull dev',
    isLocal: true,
    fetch: (path: string, init: RequestInit) => cloud.fetch(path, init),
  };
  const start = (at: number): Promise<RunningConsole> => startConsole({ engine, port: at, changes });
  if (port === 0 || port === LONGEST_PORT) return start(0);
  return start(port + 1).catch((error: unknown) => {
    if (error instanceof CloudError) return start(0);
    throw error;
  });
}
