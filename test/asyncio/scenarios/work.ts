/** The coroutine that most scenarios are made of. */
import { type Coroutine, sleep } from 'lull';
import type { Log } from '../trace.ts';

export function* work(
  log: Log,
  name: string,
  seconds: number,
  { result, error }: { result?: string; error?: Error } = {},
): Coroutine<string> {
  log(name, 'start');
  yield* sleep(seconds * 1000);
  log(name, 'end');
  if (error !== undefined) throw error;
  return result ?? name;
}
