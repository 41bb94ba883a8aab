/** Many requests, not all of them at once. */

/** The results, in the order of `all`. After a failure no further one is begun. */
export async function inParallel<T, Result>(
  all: readonly T[],
  width: number,
  work: (each: T) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const pending = all.entries();
  let hasFailed = false;
  const workOff = async (): Promise<void> => {
    for (const [index, each] of pending) {
      if (hasFailed) return;
      try {
        results[index] = await work(each);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, all.length) }, workOff));
  return results;
}
