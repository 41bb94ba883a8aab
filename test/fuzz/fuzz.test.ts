/** What was of interest once is run again, and the loop finds what chance alone does not. `npm run fuzz` goes on. */
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { targets, type TargetName } from './all-targets.ts';
import { bundleTarget, readCorpus, runTarget } from './run-target.ts';
import type { FuzzTarget } from './target.ts';

const LIMIT_MS = 120_000;
const NEEDLE_MS = 60_000;

it.each(Object.keys(targets) as TargetName[])('%s takes what its corpus has', { timeout: LIMIT_MS }, async (name) => {
  const { default: target } = (await import(pathToFileURL(await bundleTarget(name)).href)) as { default: FuzzTarget };
  const inputs = [
    ...target.seeds.map((text) => Buffer.from(text)),
    ...readCorpus(name).map((text) => Buffer.from(text, 'latin1')),
  ];
  const wrong: string[] = [];
  for (const input of inputs) {
    try {
      await target.run(input);
    } catch (error) {
      wrong.push(`${input.toString('latin1').slice(0, 200)}: ${String(error)}`);
    }
  }
  expect(wrong).toEqual([]);
});

it('the loop finds a needle, and makes it small', { timeout: LIMIT_MS }, async () => {
  const { findings } = await runTarget({ target: 'needle', seed: 1, untilMs: Date.now() + NEEDLE_MS, firstOnly: true });
  expect(findings).toHaveLength(1);
  expect(findings[0]?.error).toContain('the needle is found');
  expect(findings[0]?.input.length).toBeLessThan(80);
});
