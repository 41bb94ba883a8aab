/** Many requests, not all of them at once. */

/** The results, in the order of `all`. After a failure no further one is begun. What is at hand is not waited for. */
export async function inParallel<T, Result>(
  all: readonly T[],
  width: number,
  work: (each: T) => Result | Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const pending = all.entries();
  let hasFailed = false;
  const workOff = async (): Promise<void> => {
    for (const [index, each] of pending) {
      if (hasFailed) return;
      try {
        const result = work(each);
        results[index] = result instanceof Promise ? await result : result;
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, all.length) }, workOff));
  return results;
}
