/**
 * What is broken until it was tried so often. The count is in a file: the next try may be made by another process, and the
 * body of a step is told nothing of the tries before.
 */
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Throws for the first so many calls for a place, which is unique. Gives how many there were. */
export function brokenFor(calls: number, place: string): number {
  const file = join(tmpdir(), `lull-conformance-${place}`);
  appendFileSync(file, '.');
  const count = readFileSync(file).length;
  if (count <= calls) throw new RangeError(`it is broken, call ${count}`);
  rmSync(file);
  return count;
}
