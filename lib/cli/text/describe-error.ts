/** An error that came as JSON, as a person wants it: what it says, the author's line, what caused it. */
import type { ShownError } from '../engine/answers.ts';

/** A circle of causes ends somewhere. */
const DEPTH_LIMIT = 5;
const GROUP_LIMIT = 5;

/** A line for the error, and lines below it for what caused it. */
export function describeError(error: unknown, depth = 0): string[] {
  if (typeof error !== 'object' || error === null)
    return [typeof error === 'string' ? error : error === undefined ? 'undefined' : JSON.stringify(error)];
  const { name = 'Error', message = '', stack, cause, errors, undoErrors } = error as ShownError;
  const [first = '', ...more] = `${name}: ${message}`.split('\n');
  const place = authorsLine(stack);
  const lines = [`${first}${place === undefined ? '' : `  (at ${place})`}`, ...more];
  if (depth === DEPTH_LIMIT) return lines;
  if (cause !== undefined && cause !== null) lines.push(...below('caused by ', describeError(cause, depth + 1)));
  lines.push(...group('- ', errors, depth), ...group('an undo failed too: ', undoErrors, depth));
  return lines;
}

/** In one line, without what caused it. */
export function describeErrorBriefly(error: unknown): string {
  return describeError(error, DEPTH_LIMIT)[0] ?? '';
}

/** What a step failed with: the error of its last attempt, where the step is named already. */
export function describeStepError(error: unknown): string {
  const { code, cause } = (typeof error === 'object' && error !== null ? error : {}) as ShownError;
  return describeErrorBriefly(code === 'STEP_FAILED' && cause !== undefined && cause !== null ? cause : error);
}

function group(label: string, errors: unknown, depth: number): string[] {
  if (!Array.isArray(errors)) return [];
  const shown = errors.slice(0, GROUP_LIMIT).flatMap((each) => below(label, describeError(each, depth + 1)));
  return errors.length > GROUP_LIMIT ? [...shown, `  and ${errors.length - GROUP_LIMIT} more`] : shown;
}

function below(label: string, [first = '', ...more]: readonly string[]): string[] {
  return [`  ${label}${first}`, ...more.map((line) => `  ${line}`)];
}

/** Frames of Node, of packages, and of lull itself: not where the author looks first. */
const NOT_THE_AUTHORS =
  /node:|[/\\]node_modules[/\\]|[/\\]lib[/\\](?:engine|scheduler|api|core|journal|codec|testing)[/\\]/;

/** Of a stack: where the author's code threw. */
function authorsLine(stack: string | undefined): string | undefined {
  const frames = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const line = frames.find((frame) => !NOT_THE_AUTHORS.test(frame));
  return /([^\s(]+:\d+:\d+)\)?$/.exec(line ?? '')?.[1]?.replace(/^file:\/\//, '');
}
