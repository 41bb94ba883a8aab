/** The values of a stream, whose places have no gap. */
import { expect } from 'vitest';
import type { Stream } from 'lull';
import type { Run, StreamReadOptions } from 'lull/client';

export async function readStream<T>(
  run: Run<unknown>,
  of: Stream<T, never>,
  options?: StreamReadOptions,
): Promise<T[]> {
  const values: T[] = [];
  let expected = options?.from ?? 1;
  for await (const { seq, value } of run.stream(of, options)) {
    expect(seq).toBe(expected);
    expected += 1;
    values.push(value);
  }
  return values;
}
