import { expect, it } from 'vitest';
import { InvalidArgumentError } from 'lull/client';
import { startStackCloud, type StackCloudOptions } from 'lull/local';

it.each([
  [{}, 'has undefined as from'],
  [{ from: ' ' }, 'as from: give the folder that cdk synth writes'],
  [{ from: 'cdk.out', workers: 3 }, 'no option'],
  [{ from: 'cdk.out', dynamodb: 'oracle' }, `give 'dynalite', 'local-jar' or { endpoint`],
  [{ from: 'cdk.out', port: -1 }, 'as port: give a whole number from 0 to 65535'],
  [{ from: 'cdk.out', maxSandboxes: 0 }, 'as maxSandboxes'],
])('startStackCloud(%j) is refused, and the message names the option', async (options, message) => {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- programs use the old name, and its messages say it
  const starting = startStackCloud(options as unknown as StackCloudOptions);
  await expect(starting).rejects.toThrow(InvalidArgumentError);
  await expect(starting).rejects.toThrow(message);
});
