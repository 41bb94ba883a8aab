/** `lull dev`: starts the local cloud, prints what it does, and stops it at Ctrl-C. */
import { CloudError } from '../local/cloud-error.ts';
import type { CloudEvent } from '../local/cloud-event.ts';
import { startLocalCloud } from '../local/local-cloud.ts';
import { banner } from './banner.ts';
import { installCrashMessage } from './crash-message.ts';
import { eventLines } from './event-lines.ts';
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
    if (!(error instanceof CloudError)) throw error;
    console.error(`${paint('red', 'lull dev did not start')}: ${error.message}`);
    return 1;
  }
}

async function start(
  { entry, from, workers, dynamodb, port, dir, json }: DevOptions,
  paint: Paint,
): Promise<{ readonly cloud: { stop(): Promise<void> }; readonly text: string }> {
  const write = createEventWriter(json, paint);
  const ready = (text: string, url: string): string =>
    json ? JSON.stringify({ at: new Date(), kind: 'ready', url, dir }) : text;
  if (from !== undefined) {
    if (!json) console.log(`Reading ${from} ...`);
    const sandboxes = workers === undefined ? {} : { maxSandboxes: workers };
    const cloud = await startLocalCloud({ from, port, dir, dynamodb, log: write, ...sandboxes });
    return { cloud, text: ready(banner({ cloud, from, dir }, paint), cloud.url) };
  }
  const file = entry ?? usualEntry();
  if (!json) console.log(`Building ${file} ...`);
  const processes = workers === undefined ? {} : { workers };
  const cloud = await startLocalCloud({ entry: file, port, dir, log: write, watch: true, ...processes });
  return { cloud, text: ready(banner({ cloud, entry: file, dir }, paint), cloud.url) };
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
