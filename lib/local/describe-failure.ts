/** A failure as a person at a terminal wants it: each error with its words and the author's line, causes below. */
import { hidesCause } from '../core/errors.ts';
import { describeThrown, isError } from '../core/to-error.ts';

/** A circle of causes ends somewhere. */
const DEPTH_LIMIT = 5;
const GROUP_LIMIT = 5;

/** One line for each error, as in `StepFailedError: step "charge" failed ... (at bank.ts:12:5)`; what caused it below. */
export function describeFailure(error: unknown, depth = 0): string[] {
  const place = isError(error) ? placeOf(error) : undefined;
  const [first = '', ...more] = describeThrown(error).split('\n');
  const own = [`${first}${place === undefined ? '' : `  (at ${place})`}`, ...more];
  if (!isError(error) || depth === DEPTH_LIMIT) return own;
  const below: string[] = [];
  const { cause, errors } = error as { cause?: unknown; errors?: unknown };
  if (cause !== undefined && !hidesCause(error))
    below.push(...indented('caused by ', describeFailure(cause, depth + 1)));
  if (Array.isArray(errors)) {
    for (const each of errors.slice(0, GROUP_LIMIT)) below.push(...indented('- ', describeFailure(each, depth + 1)));
    if (errors.length > GROUP_LIMIT) below.push(`  and ${errors.length - GROUP_LIMIT} more`);
  }
  return [...own, ...below];
}

function indented(label: string, [first = '', ...more]: readonly string[]): string[] {
  return [`  ${label}${first}`, ...more.map((line) => `  ${line}`)];
}

/** Frames of Node, of packages, and of lull itself: not where the author looks first. */
const NOT_THE_AUTHORS = /node:|[/\\]node_modules[/\\]|[/\\]lib[/\\](?:engine|scheduler|api|core|journal|codec)[/\\]/;

function placeOf({ stack }: Error): string | undefined {
  const frames = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const line = frames.find((frame) => !NOT_THE_AUTHORS.test(frame));
  return /([^\s(]+:\d+:\d+)\)?$/.exec(line ?? '')?.[1]?.replace(/^file:\/\//, '');
}
