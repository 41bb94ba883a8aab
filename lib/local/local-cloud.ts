/** The two ways into a cloud on this machine: a file that exports workflows, or a synthesized template. */
import { startWithCleanups } from './cleanups.ts';
import {
  checkEntryOptions,
  checkTemplateOptions,
  type LocalCloudOptions,
  type TemplateCloudOptions,
} from './cloud-options.ts';
import { startEntryCloud, type CloudHooks } from './entry-cloud.ts';
import type { LocalCloud } from './running-cloud.ts';
import { startTemplateCloud } from './template-cloud.ts';

/**
 * Starts a cloud on this machine: of a file that exports workflows (`entry`), or of a template that `npx cdk synth` wrote
 * (`from`). Nothing of it reaches AWS, and no process of it survives this one. With a template each call that a function
 * makes is checked against the policies of its role.
 *
 * Rejects with a CloudError when the port or the folder cannot be had, the code does not build or exports no workflow,
 * or the template cannot be run here; the message has the place in the template.
 *
 * @example
 * ```ts no-run
 * const cloud = await startLocalCloud({ entry: 'workflows/index.ts' });
 * await fetch(`${cloud.url}/workflows/checkout/runs?wait=10s`, { method: 'POST', body: '{"id":"order-1"}' });
 * await cloud.stop();
 * ```
 */
export async function startLocalCloud(options: LocalCloudOptions | TemplateCloudOptions): Promise<LocalCloud> {
  if (typeof options === 'object' && 'from' in options) return startFromTemplate(options, 'startLocalCloud');
  return startCloudOn({}, options);
}

/**
 * Starts the cloud of a template.
 *
 * @deprecated `startLocalCloud({ from })` does the same.
 *
 * @example
 * ```ts no-run
 * const cloud = await startStackCloud({ from: 'cdk.out' });
 * const run = await cloud.client().start('subscription', { customer: 'c-1' });
 * await cloud.advance('3 days');
 * console.log(await run.result(), cloud.iam.calls().filter((call) => call.denied > 0));
 * await cloud.stop();
 * ```
 */
export async function startStackCloud(options: TemplateCloudOptions): Promise<LocalCloud> {
  return startFromTemplate(options, 'startStackCloud');
}

/** The cloud of a file, with other servers of the table, the queue and the bucket: for tests. */
export async function startCloudOn(hooks: CloudHooks, options: LocalCloudOptions): Promise<LocalCloud> {
  checkEntryOptions(options);
  return startWithCleanups((cleanups) => startEntryCloud(options, cleanups, hooks));
}

async function startFromTemplate(options: TemplateCloudOptions, name: string): Promise<LocalCloud> {
  checkTemplateOptions(options, name);
  return startWithCleanups((cleanups) => startTemplateCloud(options, cleanups));
}
