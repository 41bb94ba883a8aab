/** The Nodes that lull runs on, as npm has them: fetched when they are asked for, into a folder that git does not see. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Lines of Node. Lambda runs the one that the construct deploys, nodejs24.x. */
export const NODE_LINES = ['20', '22', '24', '26'];

const root = join(import.meta.dirname, '../..');

/** The path of a Node of that line: of this process's own if it is of it. Throws if npm cannot fetch one. */
export function nodeBinary(line: string): string {
  if (process.versions.node.startsWith(`${line}.`)) return process.execPath;
  const folder = join(root, 'node_modules/.cache/nodes', line);
  const binary = join(folder, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(binary)) {
    console.log(`fetching Node ${line} from npm into node_modules/.cache`);
    mkdirSync(folder, { recursive: true });
    // Its install script takes the binary of this platform from another package.
    const args = ['install', '--prefix', folder, '--no-save', '--ignore-scripts=false', '--loglevel=error'];
    execFileSync('npm', [...args, `node@${line}`], { stdio: 'inherit' });
  }
  return binary;
}

export interface SuiteEnd {
  readonly passed: number;
  readonly failed: number;
  /** `FAILED ...`, one for each. */
  readonly failures: readonly string[];
  readonly tookMs: number;
}

/** Runs vitest in that Node, and all that it starts. */
export function runSuite(
  binary: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): SuiteEnd {
  const startedAtMs = Date.now();
  const { stdout } = spawnSync(
    binary,
    ['node_modules/vitest/vitest.mjs', 'run', '--typecheck.enabled=false', ...args],
    {
      cwd: root,
      env: { ...process.env, ...env, PATH: `${dirname(binary)}:${process.env['PATH'] ?? ''}`, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
      maxBuffer: 1_000_000_000,
    },
  );
  const counts = [...stdout.matchAll(/^(\d+) passed, (\d+) failed/gm)].at(-1);
  return {
    passed: Number(counts?.[1] ?? 0),
    failed: Number(counts?.[2] ?? 1), // it ended without a word
    failures: stdout.split('\n').filter((line) => line.startsWith('FAILED ')),
    tookMs: Date.now() - startedAtMs,
  };
}
