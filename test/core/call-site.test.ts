import { expect, it } from 'vitest';
import { captureCallSite, describeCallSite } from '../../lib/core/call-site.ts';

function ours() {
  return captureCallSite(ours);
}

function outer(depth: number) {
  return inner(depth);
}

function inner(depth: number) {
  return captureCallSite(inner, depth);
}

const here = (): number => Number(/call-site\.test\.ts:(\d+):\d+\)?$/.exec(new Error().stack!.split('\n')[2]!)![1]);

it('is the line that called the function', () => {
  const [line, site] = [here(), ours()];
  expect(describeCallSite(site)).toMatch(new RegExp(`^call-site\\.test\\.ts:${line}:\\d+$`));
});

it('is the line that called the function above it, as many levels up as asked', () => {
  const [line, site] = [here(), outer(1)];
  expect(describeCallSite(site)).toMatch(new RegExp(`^call-site\\.test\\.ts:${line}:\\d+$`));
});

it('leaves the depth of other stack traces as it was', () => {
  const before = Error.stackTraceLimit;
  ours();
  expect(Error.stackTraceLimit).toBe(before);
});

it('is unknown where there is no caller that far up', () => {
  expect(describeCallSite(outer(10_000))).toBeUndefined();
});
