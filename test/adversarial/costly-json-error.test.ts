// Suspicion: to say where five megabytes stop being JSON takes longer than to find out that they do: seconds of a Lambda
// for one request.
import { afterEach, expect, it, vi } from 'vitest';
import { findJsonError } from '../../lib/http/json-error.ts';
import { createApiWorld, problemOf } from '../http/api-world.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it.each([
  ['brackets', '['.repeat(5_000_000)],
  ['numbers', `[${'1,'.repeat(2_400_000)}x`],
  ['objects', `${'{"a":'.repeat(800_000)}x`],
  ['a long text', `"${'x'.repeat(5_000_000)}`],
])('the place is looked for in the beginning only: %s', async (_what, body) => {
  const exec = vi.spyOn(RegExp.prototype, 'exec');
  const { code, detail } = problemOf(await createApiWorld().post('/workflows/greet/runs', body));
  expect(code).toBe('INVALID_JSON');
  expect(detail.length).toBeLessThan(300);
  expect(exec.mock.calls.length).toBeLessThan(305_000);
});

it('a text that is JSON as far as was looked is said to be none later on', () => {
  expect(findJsonError(`[${'1,'.repeat(2_400_000)}x`)).toBe('what is wrong comes after its first 300000 characters');
  expect(findJsonError(`[x${' '.repeat(5_000_000)}`)).toBe(
    'line 1, column 2 (position 1) has "x", expected a value or "]"',
  );
  expect(findJsonError(`["${'x'.repeat(5_000_000)}", y]`)).toContain('comes after');
  expect(findJsonError(`{"a": "${'x'.repeat(200_000)}", y}`)).toContain('(position 200010) has "y"');
});
