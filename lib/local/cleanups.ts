/** A cloud is started in several parts. Their cleanups run in the reverse order, also when one part cannot be started. */

export type Cleanup = () => Promise<void> | void;

/** Each part that `start` has started puts its cleanup on the list. */
export async function startWithCleanups<T>(start: (cleanups: Cleanup[]) => Promise<T>): Promise<T> {
  const cleanups: Cleanup[] = [];
  try {
    return await start(cleanups);
  } catch (error) {
    await runCleanups(cleanups);
    throw error;
  }
}

/** The last part that was started is the first to stop. */
export async function runCleanups(cleanups: Cleanup[]): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}
