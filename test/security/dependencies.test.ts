/** What others' code gets into a Lambda, into an installation, and under which licence: each addition is looked at. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { bundleOptions } from '../../lib/aws/bundle-options.ts';
import allowed from './bundled-packages.json' with { type: 'json' };

const root = join(import.meta.dirname, '../..');

interface LockedPackage {
  readonly license?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly peer?: boolean;
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as T;
}

const manifest = readJson<Record<string, Record<string, unknown>>>('package.json');
const { packages } = readJson<{ packages: Record<string, LockedPackage> }>('package-lock.json');
const locked = Object.entries(packages).filter(([path]) => path !== '');
/** What comes along with `npm install lull`. */
const installed = locked.filter(([, { dev, devOptional, peer }]) => !dev && !devOptional && !peer);

/** Whoever uses lull may sell what they make with it, and keep its source. */
const PERMISSIVE = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
]);

/** An optional peer, for `lull dev --from` alone: whoever installs it has decided for it. */
const COPYLEFT = '@cloud-copilot/iam-simulate';

describe('what a Lambda is made of', () => {
  async function packagesIn(entry: string): Promise<{ bundled: string[]; external: string[] }> {
    const { metafile } = await build({
      ...bundleOptions({ isSource: true }),
      entryPoints: [join(root, 'functions', `${entry}.ts`)],
      absWorkingDir: root,
      target: 'node22',
      external: ['@aws-sdk/*', '@smithy/*'], // a part of the runtime
      outfile: 'unwritten.mjs',
      write: false,
      metafile: true,
      logLevel: 'warning',
    });
    const [output] = Object.values(metafile.outputs);
    const files = Object.entries(output!.inputs).flatMap(([file, { bytesInOutput }]) =>
      bytesInOutput > 0 ? [file] : [],
    );
    const names = files.flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []);
    const bundled = [...new Set(names)].map((name) => `${name} ${packages[`node_modules/${name}`]?.license}`).sort();
    return { bundled, external: [...new Set(output!.imports.map(({ path }) => path))].sort() };
  }

  it.each(Object.entries(allowed))(
    '%s has the packages that stand in bundled-packages.json, and no others',
    async (entry, list) => {
      const { bundled, external } = await packagesIn(entry);
      expect(bundled).toEqual([...list].sort());
      expect(
        external.filter((path) => !/^(node:|@aws-sdk\/client-(dynamodb|eventbridge|kms|sqs|s3|lambda)$)/.test(path)),
      ).toEqual([]);
    },
  );

  it('is permissively licensed', () => {
    const licenses = Object.values(allowed).flatMap((list) => list.map((each) => each.split(' ')[1]!));
    expect(licenses.filter((license) => !PERMISSIVE.has(license))).toEqual([]);
  });
});

describe('what is installed with lull', () => {
  it('is permissively licensed', () => {
    expect(installed.length).toBeGreaterThan(50);
    expect(installed.filter(([, { license }]) => license === undefined || !PERMISSIVE.has(license))).toEqual([]);
  });

  it('has nothing under a copyleft licence: the simulator of IAM is no dependency, and installed by who wants it', () => {
    expect(manifest['dependencies']).not.toHaveProperty([COPYLEFT]);
    expect(manifest['optionalDependencies'] ?? {}).not.toHaveProperty([COPYLEFT]);
    expect(manifest['peerDependenciesMeta']).toHaveProperty([COPYLEFT], { optional: true });
    expect(installed.filter(([path]) => path.includes('@cloud-copilot/'))).toEqual([]);
    expect(
      Object.values(allowed)
        .flat()
        .filter((each) => each.includes('@cloud-copilot/')),
    ).toEqual([]);
  });
});

describe('the lock file', () => {
  it('says of each package what its archive has to be', () => {
    // What comes inside the archive of another one is covered by that one's.
    const without = locked.filter(([, { integrity, link, inBundle }]) => !integrity && !link && !inBundle);
    expect(without.map(([path]) => path)).toEqual([]);
    for (const [path, { integrity }] of locked) expect(integrity ?? 'sha512-', path).toMatch(/^sha512-/);
  });

  it('is followed without running what packages bring along', () => {
    expect(readFileSync(join(root, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
  });
});
