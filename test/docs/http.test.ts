import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROUTES } from '../../lib/http/api.ts';
import { PROBLEMS } from '../../lib/http/problem.ts';

const text = readFileSync(join(import.meta.dirname, '../../docs/http.md'), 'utf8');

/** What stands under the heading of each route. */
const sections = new Map(
  text.split(/^### /m).map((section) => [section.slice(0, section.indexOf('\n')).replaceAll('`', ''), section]),
);

test('docs/http.md has a section for each route, and none for others', () => {
  const routes = ROUTES.map(({ method, path }) => `${method} ${path}`);
  expect([...sections.keys()].slice(1).sort()).toEqual(routes.sort());
});

test.each(ROUTES.map((route) => ({ title: `${route.method} ${route.path}`, route })))(
  '$title is described with all that it takes',
  ({ title, route }) => {
    const section = sections.get(title)!;
    for (const name of Object.keys(route.query ?? {})) expect(section).toContain(`\`${name}\``);
    expect(section.includes('Idempotency-Key')).toBe(route.idempotencyKey !== undefined);
  },
);

test('the table of errors has each code with its status', () => {
  const rows = Array.from(text.matchAll(/^\| (\d{3}) +\| `([A-Z_]+)`/gm), ([, status, code]) => [code, Number(status)]);
  const problems = Object.entries(PROBLEMS).map(([code, { status }]) => [code, status]);
  expect(Object.fromEntries(rows)).toEqual({ ...Object.fromEntries(problems), INTERNAL: 500 });
});
