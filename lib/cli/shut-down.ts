/** The end of `lull dev`: stops the cloud, and says where the open runs are. */
export async function shutDown(
  cloud: { stop(): Promise<void> },
  { dir, json }: { readonly dir: string; readonly json: boolean },
): Promise<void> {
  if (!json) console.log('\nStopping. (Ctrl-C once more ends it at once.)');
  await cloud.stop();
  console.log(
    json
      ? JSON.stringify({ at: new Date(), kind: 'stopped' })
      : `Stopped. Runs that had not ended are in ${dir} and go on at the next start.`,
  );
}
