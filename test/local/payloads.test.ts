/** What is too large for the table, in the local cloud: the same functions with a bucket beside it. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { awaitRun, startCloud, startRun } from './cloud-under-test.ts';

test(
  'an input and a result of 2 MB go through, and the run is there after a restart',
  { timeout: 120_000 },
  async () => {
    const { cloud, dir } = await startCloud();
    const input = `ä"${'x'.repeat(2_000_000)}`;
    const { id } = await startRun(cloud.url, 'echo', input);
    const ended = await awaitRun(cloud.url, id);
    expect(ended.status).toBe('completed');
    expect(ended.result === input).toBe(true);
    expect(readdirSync(join(dir, 'buckets', 'lull-payloads'))).toHaveLength(2);
    await cloud.stop();

    const { cloud: next } = await startCloud({ dir });
    expect((await awaitRun(next.url, id)).result === input).toBe(true);
  },
);

test('a body above the limit is refused', { timeout: 120_000 }, async () => {
  const { cloud } = await startCloud();
  expect(await startRun(cloud.url, 'echo', 'x'.repeat(5_000_001))).toMatchObject({
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
  });
});
