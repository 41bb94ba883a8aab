/** A process that a command can run in, without being one. */
import { runCommand } from '../../lib/cli/run-command.ts';
import type { Surroundings } from '../../lib/cli/surroundings.ts';
import { tmpdir } from 'node:os';

export interface Ended {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export interface FakeProcess extends Partial<Omit<Surroundings, 'stdin' | 'stdout' | 'stderr'>> {
  /** A terminal of so many columns. Default: no terminal. */
  readonly columns?: number;
  readonly rows?: number;
  /** What is on standard input. */
  readonly stdin?: string;
  /** A person is at standard input, and types that. */
  readonly isTyped?: boolean;
}

/** Runs the command to its end. */
export async function runFake(args: readonly string[], fake: FakeProcess = {}): Promise<Ended> {
  const seen = { out: '', err: '' };
  const { columns, rows, stdin = '', isTyped = false, ...rest } = fake;
  const terminal = columns === undefined ? {} : { isTTY: true, columns, rows: rows ?? 24 };
  const surroundings: Surroundings = {
    cwd: tmpdir(),
    env: {},
    stdout: { ...terminal, write: (text) => (seen.out += text) },
    stderr: { ...terminal, write: (text) => (seen.err += text) },
    stdin: Object.assign(readOnce(stdin), { isTTY: isTyped }),
    nowMs: () => Date.parse('2030-01-01T00:00:00Z'),
    sleep: () => Promise.reject(new Error('this command was not to wait')),
    fetch: () => Promise.reject(new Error('this command was not to ask an engine')),
    ...rest,
  };
  return { exitCode: await runCommand(args, surroundings), ...seen };
}

async function* readOnce(text: string): AsyncGenerator<string, void, undefined> {
  yield text;
}
