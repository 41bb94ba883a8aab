/**
 * Every name that Node gives to code that imports nothing: the globals, and the parts of those that are told apart by
 * parts. In a process of its own, since a test runner adds names.
 */
import { execFileSync } from 'node:child_process';

/** Globals whose parts differ in what workflow code may do with them. A `#` stands for `.prototype`. */
export const BY_PARTS = [
  ...['process', 'console', 'Performance#', 'Crypto#', 'Navigator#', 'Date', 'Date#', 'Math', 'Atomics', 'Intl'],
  ...['Intl.DateTimeFormat', 'Intl.DateTimeFormat#', 'Temporal', 'Temporal.Now', 'AbortSignal', 'URL', 'Buffer'],
  ...['Event#', 'File#'],
];

const SCRIPT = `
  const parts = ${JSON.stringify(BY_PARTS)};
  const find = (path) => path.replace('#', '.prototype').split('.').reduce((at, name) => at?.[name], globalThis);
  const plain = new Set(['constructor', 'length', 'name', 'prototype']);
  const names = (of) => of === undefined ? [] : Object.getOwnPropertyNames(of).filter((name) => !plain.has(name));
  console.log(JSON.stringify([
    ...Object.getOwnPropertyNames(globalThis),
    ...parts.flatMap((part) => names(find(part)).map((name) => part.endsWith('#') ? part + name : part + '.' + name)),
  ]));`;

export function walkGlobals(): string[] {
  return JSON.parse(
    execFileSync(process.execPath, ['--no-warnings', '--input-type=module'], { input: SCRIPT, encoding: 'utf8' }),
  ) as string[];
}
