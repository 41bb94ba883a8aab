/** `lull dev --from`: starts the cloud of a synthesized template, says what it does, stops it at Ctrl-C. */
import { LocalCloudError } from '../local/local-cloud-error.ts';
import { startStackCloud, type StackCloud } from '../local/stack/stack-cloud.ts';
import { StackError } from '../local/stack/stack-error.ts';
import { dieKindly } from './die-kindly.ts';
import { createPaint } from './paint.ts';
import { stackBanner } from './stack-banner.ts';
import { stackNoticeLines } from './stack-notice-lines.ts';
import { sayAndStop } from './say-and-stop.ts';
import { untilAskedToStop } from './until-asked-to-stop.ts';

export interface DevStackOptions {
  readonly from: string;
  readonly port: number;
  readonly dir: string;
  readonly dynamodb: 'dynalite' | 'jar';
  /** Of each function; undefined: the cloud's default. */
  readonly maxSandboxes?: number;
}

/** Gives the exit code, once it was asked to stop. */
export async function devStack(options: DevStackOptions): Promise<number> {
  const paint = createPaint(process.stdout);
  const stopping = untilAskedToStop();
  dieKindly(options.dir, paint);
  let cloud: StackCloud;
  try {
    console.log(`Reading ${options.from} ...`);
    cloud = await startStackCloud({
      ...options,
      log: (notice) => stackNoticeLines(notice, paint, new Date()).forEach((line) => console.log(line)),
    });
    console.log(stackBanner(cloud, { from: options.from, dir: options.dir }, paint));
  } catch (error) {
    if (!(error instanceof LocalCloudError || error instanceof StackError)) throw error;
    console.error(`${paint('red', 'lull dev did not start')}: ${error.message}`);
    return 1;
  }
  await stopping;
  await sayAndStop(cloud, options.dir);
  return 0;
}
