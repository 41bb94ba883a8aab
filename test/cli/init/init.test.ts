import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { init } from '../../../lib/cli/init/init.ts';
import { lullDependency, ownTarball } from '../../../lib/cli/init/lull-dependency.ts';
import { writeProject } from '../../../lib/cli/init/write-project.ts';

const root = join(import.meta.dirname, '../../..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

let place = '';
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'lull-init-'));
});
afterEach(() => {
  rmSync(place, { recursive: true });
});

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();

const packageOf = (folder: string): { name: string; dependencies: Record<string, string> } =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    dependencies: Record<string, string>;
  };

describe('a new project', () => {
  test('has all files of the template, under the names that they need', () => {
    const folder = join(place, 'deep/down/shop');
    expect(init({ folder }).kind).toBe('made');
    expect(filesOf(folder)).toEqual(
      filesOf(join(root, 'templates/project'))
        .map((name) => name.replace(/^_(gitignore)?/, (_, dotted) => (dotted ? '.gitignore' : '')))
        .sort(),
    );
    expect(readdirSync(join(place, 'deep/down'))).toEqual(['shop']);
  });

  test('has its own name everywhere, as a package and as a stack', () => {
    const folder = join(place, 'Order Desk 2');
    expect(init({ folder })).toMatchObject({ text: expect.stringContaining('order-desk-2 is ready') as string });
    expect(packageOf(folder).name).toBe('order-desk-2');
    expect(readFileSync(join(folder, 'infra/app.ts'), 'utf8')).toContain("'OrderDesk2'");
    const texts = filesOf(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(texts.filter((text) => /my-app|MyApp/.test(text))).toEqual([]);
  });

  test('is named by an option, and may be made in the folder that one stands in', () => {
    expect(init({ folder: place, name: 'orders' }).kind).toBe('made');
    expect(packageOf(place).name).toBe('orders');
    expect(filesOf(place).filter((name) => name.startsWith('.lull-init'))).toEqual([]);
  });

  test('may be made in a repository that has nothing yet', () => {
    mkdirSync(join(place, '.git'));
    expect(init({ folder: place, name: 'orders' }).kind).toBe('made');
  });

  test('says what to type next', () => {
    const result = init({ folder: join(place, 'shop') });
    expect(result).toMatchObject({ text: expect.stringMatching(/cd .*shop\n +npm install\n +npm test/) as string });
  });
});

describe('what is refused, with nothing written:', () => {
  test('a folder that is not empty; the answer names what is in the way', () => {
    writeFileSync(join(place, 'README.md'), 'mine');
    writeFileSync(join(place, 'notes.txt'), 'mine');
    expect(init({ folder: place, name: 'orders' })).toEqual({
      kind: 'refused',
      reason: `the folder ${place} is not empty: README.md (and 1 more) is in the way. Name a new folder, as in lull init my-app`,
    });
    expect(filesOf(place)).toEqual(['README.md', 'notes.txt']);
  });

  test('a file', () => {
    const folder = join(place, 'shop');
    writeFileSync(folder, '');
    expect(init({ folder })).toMatchObject({ reason: `${folder} is a file, not a folder` });
  });

  test.each(['Shop', 'a b', '1shop', '-shop', 'shop-', 'a--b', '../shop', '@me/shop', 'x'.repeat(101)])(
    'the name %j',
    (name) => {
      expect(init({ folder: join(place, 'shop'), name })).toMatchObject({
        reason: expect.stringContaining('is no name for a project') as string,
      });
      expect(readdirSync(place)).toEqual([]);
    },
  );

  test('a folder of whose name no name can be made', () => {
    expect(init({ folder: join(place, '仕事') })).toMatchObject({
      reason: expect.stringContaining('Name it with --name') as string,
    });
  });

  test('a folder that cannot be made', () => {
    writeFileSync(join(place, 'file'), '');
    expect(init({ folder: join(place, 'file/shop') })).toMatchObject({
      reason: expect.stringContaining('cannot be written: ENOTDIR') as string,
    });
    expect(filesOf(place)).toEqual(['file']);
  });
});

describe('a project that cannot be written to its end', () => {
  // The second file cannot be made, because the first one is where its folder would be.
  const files = new Map([
    ['a', 'file'],
    ['a/b', 'in a file'],
  ]);

  test('leaves no folder, also none of those above it', () => {
    expect(() => writeProject(join(place, 'deep/shop'), files)).toThrow('a');
    expect(readdirSync(place)).toEqual([]);
  });

  test('leaves a folder that was there as it was', () => {
    mkdirSync(join(place, '.git'));
    expect(() => writeProject(place, files)).toThrow('a');
    expect(readdirSync(place)).toEqual(['.git']);
  });
});

describe('the lull of a project', () => {
  test('is this version, exactly', () => {
    init({ folder: join(place, 'shop') });
    expect(packageOf(join(place, 'shop')).dependencies['lull']).toBe(version);
  });

  test('is the version that is asked for', () => {
    expect(lullDependency('^2.0.0', join(place, 'shop'))).toBe('^2.0.0');
  });

  test('is the tarball that is asked for, by its path from the project', () => {
    writeFileSync(join(place, 'lull-0.1.0.tgz'), '');
    expect(lullDependency(join(place, 'lull-0.1.0.tgz'), join(place, 'shop'))).toBe('file:../lull-0.1.0.tgz');
  });

  test('is the tarball that the command itself was installed from', () => {
    const installed = join(place, 'cache/node_modules');
    mkdirSync(installed, { recursive: true });
    writeFileSync(join(place, 'lull.tgz'), '');
    const list = { packages: { 'node_modules/lull': { resolved: 'file:../lull.tgz' } } };
    writeFileSync(join(installed, '.package-lock.json'), JSON.stringify(list));
    expect(ownTarball(join(installed, 'lull/dist/lib/cli/init/lull-dependency.js'))).toBe(join(place, 'lull.tgz'));
  });

  test('is no tarball that is gone, and none of another package', () => {
    expect(ownTarball(join(place, 'node_modules/lull/dist/x.js'))).toBeUndefined();
    expect(ownTarball(join(root, 'lib/cli/init/lull-dependency.ts'))).toBeUndefined();
    expect(existsSync(join(place, 'node_modules'))).toBe(false);
  });
});

test('what a project pins is what this repository is tested with', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string }>;
  };
  const pinned = JSON.parse(readFileSync(join(root, 'templates/project/_package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  for (const [name, pin] of Object.entries({ ...pinned.dependencies, ...pinned.devDependencies })) {
    expect({ [name]: pin }).toEqual({
      [name]: name === 'lull' ? version : lock.packages[`node_modules/${name}`]?.version,
    });
  }
});
