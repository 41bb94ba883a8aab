/** Resolves at the first Ctrl-C. The second one ends this process, and with it every process that it started. */
export function waitForStopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const [signal, exitCode] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      process.once(signal, () => {
        resolve();
        process.once(signal, () => process.exit(exitCode));
      });
    }
  });
}
