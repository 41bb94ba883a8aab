/** What has been started in several parts stops in the reverse order; also when one of them could not be started. */

export type Stop = () => Promise<void> | void;

/** Each part that `start` has started puts the way to stop it on the list. */
export async function startWithCleanups<T>(start: (stops: Stop[]) => Promise<T>): Promise<T> {
  const stops: Stop[] = [];
  try {
    return await start(stops);
  } catch (error) {
    await runCleanups(stops);
    throw error;
  }
}

/** What was started last stops first. */
export async function runCleanups(stops: Stop[]): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop();
}
