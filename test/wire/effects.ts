/**
 * The world outside: a file that only grows. A step's body writes a line when it begins and one when it ends, under the
 * step's idempotency key; the oracle reads them when all is over.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { NonRetryableError, stepContext } from 'lull';

/** One line of the file. */
export interface EffectLine {
  readonly what: 'begin' | 'end' | 'fail';
  readonly key: string;
  readonly runId: string;
  readonly name: string;
  readonly attempt: number;
  readonly pid: number;
  readonly atMs: number;
}

export interface Effect<T> {
  readonly takesMs?: number;
  /** So many attempts fail before one succeeds. */
  readonly fails?: number;
  /** It fails for good. */
  readonly declines?: string;
  readonly gives: T;
}

export const EFFECTS_FILE = 'WIRE_EFFECTS_FILE';

/** Does something in the world, inside a step. */
export async function effect<T>(name: string, { takesMs = 0, fails = 0, declines, gives }: Effect<T>): Promise<T> {
  const { runId, idempotencyKey: key, attempt } = stepContext();
  // One write for each line: whoever is killed has written all of it or nothing.
  const write = (what: EffectLine['what']): void => {
    const line: EffectLine = { what, key, runId, name, attempt, pid: process.pid, atMs: Date.now() };
    appendFileSync(process.env[EFFECTS_FILE] ?? '', `${JSON.stringify(line)}\n`);
  };
  write('begin');
  await delay(takesMs);
  if (declines !== undefined || attempt <= fails) write('fail');
  if (declines !== undefined) throw new NonRetryableError(declines);
  if (attempt <= fails) throw new Error(`attempt ${attempt} of ${fails + 1}`);
  write('end');
  return gives;
}

/** All that was done under each idempotency key, or in each run. */
export function groupEffects(lines: readonly EffectLine[], by: 'key' | 'runId'): ReadonlyMap<string, EffectLine[]> {
  const groups = new Map<string, EffectLine[]>();
  for (const line of lines) {
    const group = groups.get(line[by]);
    if (group === undefined) groups.set(line[by], [line]);
    else group.push(line);
  }
  return groups;
}

export function readEffects(file: string): EffectLine[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as EffectLine);
}
