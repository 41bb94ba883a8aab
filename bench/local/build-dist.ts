/** `dist` of a checkout, as `npm run build` makes it, without the types and so in a second. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** Each file becomes a file: imports stay imports, of the files that were made from them. */
const onlyTranslate: Plugin = {
  name: 'only-translate',
  setup: (builder) => {
    builder.onResolve({ filter: /.*/ }, ({ kind, path }) =>
      kind === 'entry-point' ? undefined : { path: path.replace(/^(\..*)\.ts$/, '$1.js'), external: true },
    );
  },
};

export async function buildDist(checkout: string): Promise<void> {
  const outdir = join(checkout, 'dist');
  rmSync(outdir, { recursive: true, force: true });
  await build({
    entryPoints: ['lib', 'functions', 'infra'].flatMap((folder) => sourcesIn(checkout, folder)),
    ...{ absWorkingDir: checkout, outdir, outbase: checkout },
    ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'warning' },
    plugins: [onlyTranslate],
  });
}

function sourcesIn(checkout: string, folder: string): string[] {
  return readdirSync(join(checkout, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name));
}
