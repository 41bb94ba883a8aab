import { build } from 'esbuild';
import { expect, it } from 'vitest';

/** The packages that a file of lib/ loads at once: what it loads when it is needed is not among them. */
async function packagesLoadedBy(entry: string): Promise<string[]> {
  const { metafile } = await build({
    ...{ entryPoints: [entry], bundle: true, splitting: true, write: false, metafile: true },
    ...{ platform: 'node', format: 'esm', packages: 'external', outdir: 'never-written', logLevel: 'silent' },
  });
  const packages = new Set<string>();
  const files = new Set([entry]);
  for (const file of files) {
    for (const { path, kind, external } of metafile.inputs[file]?.imports ?? []) {
      if (kind === 'dynamic-import') continue;
      if (external !== true) files.add(path);
      else if (!path.startsWith('node:')) packages.add(path);
    }
  }
  return [...packages].sort();
}

it('a test that imports lull/testing loads no AWS SDK', async () => {
  expect(await packagesLoadedBy('lib/testing/index.ts')).toEqual(['croner', 'ulid']);
});

it('a command that signs nothing loads nothing that signs', async () => {
  expect(await packagesLoadedBy('lib/cli/main.ts')).toEqual(['commander']);
});
