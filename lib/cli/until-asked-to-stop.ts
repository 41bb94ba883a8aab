/** The first Ctrl-C resolves; the second one ends the process, and with it all that it has started. */
export function untilAskedToStop(): Promise<void> {
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
