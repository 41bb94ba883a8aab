/** All that the command touches of the process that it runs in: so that tests can be the process. */

/** A stream of text, and the terminal behind it if there is one. */
export interface Sink {
  write(text: string): void;
  readonly isTTY?: boolean;
  /** Of the terminal. */
  readonly columns?: number;
  readonly rows?: number;
}

export interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly stdin: AsyncIterable<Uint8Array | string> & { readonly isTTY?: boolean };
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly fetch: typeof fetch;
}

export function surroundingsOfProcess(): Surroundings {
  return {
    cwd: process.cwd(),
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    nowMs: Date.now,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    fetch: (...request) => fetch(...request),
  };
}
