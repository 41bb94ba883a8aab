/** `lull dev`: starts the local cloud, says what it does, stops it at Ctrl-C. */
import { existsSync } from 'node:fs';
import { LocalCloudError } from '../local/local-cloud-error.ts';
import { startLocalCloud, type LocalCloud } from '../local/local-cloud.ts';
import { banner } from './banner.ts';
import { dieKindly } from './die-kindly.ts';
import { noticeLines } from './notice-lines.ts';
import { createPaint } from './paint.ts';
import { sayAndStop } from './say-and-stop.ts';
import { untilAskedToStop } from './until-asked-to-stop.ts';

export interface DevOptions {
  readonly port: number;
  readonly dir: string;
  readonly workers: number;
}

/** Where workflows usually stand, the first that is there. */
const USUAL_ENTRIES = [
  'functions/workflows/index.ts',
  'src/workflows/index.ts',
  'src/workflows.ts',
  'workflows/index.ts',
  'workflows.ts',
];

/** Gives the exit code, once it was asked to stop. */
export async function dev(entry: string | undefined, options: DevOptions): Promise<number> {
  const paint = createPaint(process.stdout);
  const stopping = untilAskedToStop();
  dieKindly(options.dir, paint);
  let cloud: LocalCloud;
  try {
    const file = entry ?? usualEntry();
    console.log(`Building ${file} ...`);
    cloud = await startLocalCloud({
      ...options,
      entry: file,
      watch: true,
      log: (notice) => noticeLines(notice, paint, new Date()).forEach((line) => console.log(line)),
    });
    console.log(banner({ url: cloud.url, workflows: cloud.workflows(), entry: file, dir: options.dir }, paint));
  } catch (error) {
    if (!(error instanceof LocalCloudError)) throw error;
    console.error(`${paint('red', 'lull dev did not start')}: ${error.message}`);
    return 1;
  }
  await stopping;
  await sayAndStop(cloud, options.dir);
  return 0;
}

function usualEntry(): string {
  const entry = USUAL_ENTRIES.find((candidate) => existsSync(candidate));
  if (entry !== undefined) return entry;
  throw new LocalCloudError(
    'ENTRY_NOT_FOUND',
    `no workflows were found: name the file that exports them (lull dev path/to/workflows.ts), or put them where they ` +
      `are looked for: ${USUAL_ENTRIES.join(', ')}`,
  );
}
