/** Runs that are pinned, on the cloud of a template: the version that began one takes its turns, whichever is newest. */
import { join } from 'node:path';
import { startLocalCloud, type StackCloud } from 'lull/local';
import { expect, it, onTestFinished } from 'vitest';
import { changeTemplate, synthesizeStack, type Template } from '../infra/built-stack.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** As after another deployment: one more version of the worker, which the alias names from now on. */
function publishAnother(template: Template): void {
  const resources = template.Resources as Record<string, Template['Resources'][string]>;
  const [versionId, version] = Object.entries(resources).find(([, { Type }]) => Type === 'AWS::Lambda::Version')!;
  const alias = Object.values(resources).find(({ Type }) => Type === 'AWS::Lambda::Alias')!;
  resources[`${versionId}Next`] = version;
  alias.Properties['FunctionVersion'] = { 'Fn::GetAtt': [`${versionId}Next`, 'Version'] };
}

it('a run stays with its version after another one was published, and new runs begin with that', async () => {
  const from = synthesizeStack(onTestFinished, { versions: 'pinned' });
  const dir = join(temporaryFolder(onTestFinished), 'cloud');
  const start = async (assembly: string): Promise<StackCloud> => {
    const cloud = await startLocalCloud({ from: assembly, dir, maxSandboxes: 2 });
    onTestFinished(() => cloud.stop());
    return cloud;
  };
  const first = await start(from);
  const { id } = await first.client().start('nap', '1 hour');
  await first.advance(0);
  expect(await first.client().run(id).describe()).toMatchObject({ status: 'suspended', pinnedTo: '1' });
  await first.stop();

  const second = await start(changeTemplate(from, publishAnother, onTestFinished));
  const { id: newer } = await second.client().start('nap', '1 hour');
  await second.advance(0);
  expect(await second.client().run(newer).describe()).toMatchObject({ pinnedTo: '2' });
  await second.advance('62 minutes');
  expect((await second.client().run(id).describe()).status).toBe('completed');
  const forwards = second.iam.calls().filter(({ action }) => action === 'lambda:InvokeFunction');
  expect(forwards.some(({ allowed }) => allowed > 0)).toBe(true);
  expect(second.iam.calls().filter(({ denied }) => denied > 0)).toEqual([]);
}, 120_000);
