import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

test.each(['signup.ts', 'signup.test.ts'])('the README shows %s as it is tested here', (name) => {
  expect(readme).toContain(`\n${readFileSync(join(import.meta.dirname, name), 'utf8')}\`\`\`\n`);
});
