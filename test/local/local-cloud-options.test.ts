import { expect, it } from 'vitest';
import { startLocalCloud, type LocalCloudOptions } from 'lull/local';

it.each([
  [{ workers: 0 }, 'startLocalCloud has 0 as workers: give a whole number from 1 to 32'],
  [{ leaseMs: 999 }, 'startLocalCloud has 999 as leaseMs: give a whole number from 1000 to 900000'],
  [{ port: 4000.5 }, 'startLocalCloud has 4000.5 as port: give a whole number from 0 to 65535'],
  [{ sweepEveryMs: '1s' }, 'startLocalCloud has "1s" as sweepEveryMs: give a whole number from 50 to 900000'],
  [{ worker: 2 }, 'startLocalCloud has no option "worker": there are entry, dir'],
  [{ entry: undefined }, 'startLocalCloud has undefined as entry: give the path of the file that exports workflows'],
])('startLocalCloud refuses %j, and says what it takes', async (options, message) => {
  const started = startLocalCloud({
    entry: 'workflows.ts',
    ...(options as Partial<LocalCloudOptions>),
  });
  await expect(started).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining(message) as string,
  });
});
