/** `lull dev`: starts the local cloud, prints what it does, and stops it at Ctrl-C. */
import { PayloadKeyError } from '../ports/world-errors.ts';
import { CloudError } from '../local/cloud-error.ts';
import type { CloudEvent } from '../local/cloud-event.ts';
import { startLocalCloud } from '../local/local-cloud.ts';
import type { LocalCloud } from '../local/running-cloud.ts';
import { RunChanges } from '../console/run-changes.ts';
import { banner } from './banner.ts';
import { installCrashMessage } from './crash-message.ts';
import { eventLines } from './event-lines.ts';
import { startDevConsole } from './dev-console.ts';
import { createPaint, type Paint } from './paint.ts';
import { shutDown } from './shut-down.ts';
import { findUsualEntry, USUAL_ENTRIES } from './usual-entry.ts';
import { waitForStopSignal } from './wait-for-stop-signal.ts';

export interface DevOptions {
  /** The file that exports the workflows. Undefined: the first of some usual ones. */
  readonly entry?: string;
  /** The template to run instead. */
  readonly from?: string;
  readonly port: number;
  /** Events as JSON, one a line, instead of words. */
  readonly json: boolean;
  readonly dir: string;
  /** Undefined: the cloud's default. */
  readonly workers?: number;
  readonly dynamodb: 'dynalite' | 'local-jar';
  /** Tables of the author's own, with the attributes of their keys. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /** Runs are stored where they wait. */
  readonly frames: boolean;
}

/** Returns the exit code, after the stop. */
export async function dev(options: DevOptions): Promise<number> {
  const paint = createPaint(process.stdout);
  const stopping = waitForStopSignal();
  installCrashMessage(options.dir, paint);
  try {
    const { cloud, text } = await start(options, paint);
    console.log(text);
    await stopping;
    await shutDown(cloud, options);
    return 0;
  } catch (error) {
    if (!(error instanceof CloudError || error instanceof PayloadKeyError)) throw error;
    console.error(`${paint('red', 'lull dev did not start')}: ${error.message}`);
    return 1;
  }
}

async function start(
  { entry, from, workers, dynamodb, tables, frames, port, dir, json }: DevOptions,
  paint: Paint,
): Promise<{ readonly cloud: { stop(): Promise<void> }; readonly text: string }> {
  const changes = new RunChanges();
  const write = createEventWriter(json, paint);
  const log = (event: CloudEvent): void => {
    write(event);
    if ('runId' in event) changes.emit(event.runId);
  };
  const ready = async (cloud: LocalCloud, describe: (consoleUrl: string | undefined) => string) => {
    const page = await startDevConsole(cloud, { port, changes });
    const { url } = cloud;
    const text = json
      ? JSON.stringify({ at: new Date(), kind: 'ready', url, dir, ...(page && { console: page.url }) })
      : describe(page?.url);
    const stop = async (): Promise<void> => {
      await page?.stop();
      await cloud.stop();
    };
    return { cloud: { stop }, text };
  };
  if (from !== undefined) {
    if (!json) console.log(`Reading ${from} ...`);
    const sandboxes = workers === undefined ? {} : { maxSandboxes: workers };
    const cloud = await startLocalCloud({ from, port, dir, dynamodb, log, ...sandboxes });
    return ready(cloud, (consoleUrl) => banner({ cloud, from, dir, consoleUrl }, paint));
  }
  const file = entry ?? usualEntry();
  if (!json) console.log(`Building ${file} ...`);
  const processes = workers === undefined ? {} : { workers };
  const cloud = await startLocalCloud({ entry: file, tables, frames, port, dir, log, watch: true, ...processes });
  return ready(cloud, (consoleUrl) => banner({ cloud, entry: file, dir, consoleUrl }, paint));
}

function createEventWriter(json: boolean, paint: Paint): (event: CloudEvent) => void {
  return json
    ? (event) => console.log(JSON.stringify({ at: new Date(), ...event }))
    : (event) => eventLines(event, paint, new Date()).forEach((line) => console.log(line));
}

function usualEntry(): string {
  const entry = findUsualEntry(process.cwd());
  if (entry !== undefined) return entry;
  throw new CloudError(
    'ENTRY_NOT_FOUND',
    `no workflows were found: name the file that exports them (lull dev path/to/workflows.ts), or put them where they ` +
      `are looked for: ${USUAL_ENTRIES.join(', ')}`,
  );
}
