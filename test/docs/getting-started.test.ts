import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

test.each(['workflows/order.ts', 'workflows/order.test.ts', 'infra/app.ts'])(
  'the first half hour shows %s as lull init writes it',
  (path) => {
    const text = read(`templates/project/${path}`);
    expect(read('docs/getting-started.md')).toContain(`\n${text}\`\`\`\n`);
  },
);

test('the commands of a project and of the first half hour are scripts that it has', () => {
  const { scripts } = JSON.parse(read('templates/project/_package.json')) as { scripts: Record<string, string> };
  const texts = [read('docs/getting-started.md'), read('templates/project/README.md')].join('\n');
  const named = Array.from(texts.matchAll(/npm run (\w+)/g), ([, name]) => name!);
  expect([...new Set(named)].filter((name) => !(name in scripts) && name !== 'build')).toEqual([]);
  expect(named.length).toBeGreaterThan(5);
});

test('the skill has the head that agents read: its name, that of its folder, and what it is for', () => {
  const [, head = ''] = /^---\n([^]*?)\n---\n/.exec(read('skills/lull/SKILL.md')) ?? [];
  expect(head).toMatch(/^name: lull\ndescription: .{50,1024}$/);
});
