/** JSON that a person wrote: from an argument, a file or standard input. What is wrong with it is shown at its place. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { usageError } from './cli-error.ts';
import type { Surroundings } from './surroundings.ts';

export interface JsonSource {
  /** Of the command line; `-` is standard input. */
  readonly text?: string | undefined;
  /** A path; `-` is standard input too. */
  readonly file?: string | undefined;
  /** For messages: `input`, `payload`. */
  readonly what: string;
}

/** The value; undefined where nothing was given, which no JSON means. */
export async function readJson(
  { text, file, what }: JsonSource,
  surroundings: Pick<Surroundings, 'cwd' | 'stdin'>,
): Promise<unknown> {
  if (text !== undefined && file !== undefined) {
    throw usageError(`the ${what} is given twice, as an argument and with --input-file: give it once`);
  }
  if (text === undefined && file === undefined) return undefined;
  if (text === '-' || file === '-') return parse(await readAll(surroundings.stdin), `the ${what} on standard input`);
  if (file !== undefined) return parse(readFile(resolve(surroundings.cwd, file), what), `the ${what} in ${file}`);
  return parse(text ?? '', `the ${what}`);
}

async function readAll(stdin: Surroundings['stdin']): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of stdin) text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}

/** A file that a person named. */
export function readFile(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : message;
    throw usageError(`the ${what} cannot be read from ${path}: ${why}`);
  }
}

/** Nothing but spaces is no value, as an empty body is none. */
function parse(text: string, name: string): unknown {
  const json = text.replace(/^\ufeff/, '');
  if (json.trim() === '') return undefined;
  try {
    return JSON.parse(json);
  } catch (error) {
    throw usageError(describe(json, error as Error, name));
  }
}

function describe(json: string, { message }: Error, name: string): string {
  const position = placeOf(json);
  const before = json.slice(0, position);
  const line = before.split('\n').length;
  const start = before.lastIndexOf('\n') + 1;
  const end = json.indexOf('\n', position);
  const column = position - start;
  const from = Math.max(0, column - CONTEXT);
  const shown = json.slice(start, end < 0 ? undefined : end).slice(from, column + CONTEXT);
  const what = message
    .replace(/,? (?:"[\s\S]*"|\.\.\.[\s\S]*) is not valid JSON$/, '')
    .replace(/ in JSON(?: at position .*)?$/, '');
  const quotes = /^[\w@.+-][\w@.+ -]*$/.test(json) ? `. A text needs quotes: '${JSON.stringify(json)}'` : '';
  return `${name} is not JSON: line ${line}, column ${column + 1}: ${what}${quotes}\n  ${shown}\n  ${' '.repeat(column - from)}^`;
}

const CONTEXT = 60;

/** Where the parser stopped: Node says it in some messages only. So: the longest beginning that could still become JSON. */
function placeOf(json: string): number {
  let good = 0;
  let bad = json.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (canGoOn(json.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return Math.min(good, json.length);
}

function canGoOn(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (error) {
    const { message } = error as Error;
    if (/end of JSON|Unterminated string/.test(message)) return true;
    const [, position] = /at position (\d+)/.exec(message) ?? [];
    return position !== undefined && Number(position) >= beginning.length;
  }
}
