/** The two clouds on which the demo runs: the quick one, of a file with workflows, and the one of a template. */
import { join } from 'node:path';
import { startLocalCloud } from 'lull/local';

export interface DemoCloud {
  readonly url: string;
  workers(): readonly { readonly pid: number; readonly busy: boolean }[];
  killWorker(pid: number): number | undefined;
  deadLetters(): readonly string[];
  /** Sends a request to the HTTP API, signed if it has to be. */
  request<T>(path: string, init?: RequestInit): Promise<T>;
  /** How long a run of a dead worker waits for another one; undefined: so short that it is waited for. */
  readonly pause?: { readonly length: string; pass(): Promise<void> };
  /** Calls of AWS that were checked against the template's policies; undefined: none is checked. */
  calls?(): CheckedCalls;
  stop(): Promise<void>;
}

export interface CheckedCalls {
  readonly checked: number;
  /** Readable. */
  readonly denied: readonly string[];
}

export interface DemoCloudOptions {
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A lease is three seconds: the runs of a killed worker are taken over soon. */
export async function startQuickCloud({ dir, env }: DemoCloudOptions): Promise<DemoCloud> {
  const entry = join(import.meta.dirname, '../workflows/index.ts');
  const cloud = await startLocalCloud({ entry, dir, workers: 3, leaseMs: 3_000, env });
  return {
    url: cloud.url,
    workers: () => cloud.workers(),
    killWorker: (pid) => cloud.killWorker(pid),
    deadLetters: () => cloud.deadLetters(),
    request: (path, init) => read(`${init?.method ?? 'GET'} ${path}`, fetch(`${cloud.url}${path}`, init)),
    stop: () => cloud.stop(),
  };
}

/**
 * What `npx cdk synth` wrote, as it is: a lease is 90 seconds and a sweep comes each minute. The cloud's clock is moved,
 * so that the demo need not wait for them.
 */
export async function startTemplateCloud(from: string, { dir, env }: DemoCloudOptions): Promise<DemoCloud> {
  const cloud = await startLocalCloud({ from, dir, env, maxSandboxes: 8 });
  const length = '3 minutes';
  return {
    url: cloud.url,
    workers: () => cloud.workers(),
    killWorker: (pid) => cloud.killWorker(pid),
    deadLetters: () => cloud.deadLetters(),
    request: (path, init) => read(`${init?.method ?? 'GET'} ${path}`, cloud.fetch(path, init)),
    pause: { length, pass: () => cloud.advance(length) },
    calls: () => {
      const ofFunctions = cloud.iam.calls().filter(({ principal }) => principal.includes(':assumed-role/'));
      return {
        checked: ofFunctions.reduce((sum, { allowed, denied }) => sum + allowed + denied, 0),
        denied: ofFunctions
          .filter(({ denied }) => denied > 0)
          .map(({ principal, action, denied }) => `${principal} was denied ${action} ${denied} times`),
      };
    },
    stop: () => cloud.stop(),
  };
}

async function read<T>(what: string, answer: Promise<Response>): Promise<T> {
  const response = await answer;
  if (response.ok) return (await response.json()) as T;
  throw new Error(`${what} was answered with ${response.status}: ${await response.text()}`);
}
