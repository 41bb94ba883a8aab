import { StepFailedError } from 'lull';
import { expect, it } from 'vitest';
import { describeFailure } from '../../lib/local/describe-failure.ts';

function errorAt(message: string, frames: readonly string[], cause?: unknown): Error {
  const error = new Error(message, { cause });
  error.stack = `Error: ${message}\n${frames.map((frame) => `    at ${frame}`).join('\n')}`;
  return error;
}

it('a failure is shown with the first line of the author’s, and not with Node’s, a package’s or lull’s', () => {
  const frames = [
    'AsyncLocalStorage.run (node:async_hooks:346:14)',
    'pay (/app/node_modules/bank/index.js:1:2)',
    'beginAttempt (/app/node_modules/lull/lib/engine/attempt.ts:3:4)',
    'charge (file:///app/workflows/bank.ts:12:5)',
    'other (/app/workflows/other.ts:7:7)',
  ];
  expect(describeFailure(errorAt('declined', frames))).toEqual(['Error: declined  (at /app/workflows/bank.ts:12:5)']);
});

it('what caused a failure stands below it', () => {
  const cause = errorAt('declined', ['/app/bank.ts:12:5']);
  const failure = new StepFailedError('charge', 5, 'step "charge" failed after 5 attempts: declined', { cause });
  delete failure.stack;
  expect(describeFailure(failure)).toEqual([
    'StepFailedError: step "charge" failed after 5 attempts: declined',
    '  caused by Error: declined  (at /app/bank.ts:12:5)',
  ]);
});

it('the errors of a group stand below it, and a group of many is cut', () => {
  const lines = describeFailure(Object.assign(new Error('all'), { stack: '', errors: [1, 2, 3, 4, 5, 6, 7] }));
  expect(lines).toHaveLength(7);
  expect(lines.at(-1)).toBe('  and 2 more');
});

it('an error in a circle of causes, and what is no error, are shown all the same', () => {
  const error = errorAt('round', []);
  error.cause = error;
  expect(describeFailure(error).length).toBeLessThan(10);
  expect(describeFailure('just a text')).toEqual([expect.stringContaining('just a text')]);
});
