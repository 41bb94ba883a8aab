/** dynalite in a process of its own: what it computes is not the engine's work. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** `guard`: the line that gives it transactions, or none. */
const serve = (guard: { readonly load: string; readonly use: string }): string => `
  import { once } from 'node:events';
  import dynalite from 'dynalite';
  ${guard.load}
  const server = dynalite({ createTableMs: 0 });
  ${guard.use}
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.stdout.write(String(server.address().port));
  process.stdin.on('end', () => process.exit()).resume();
`;

export interface BenchTableServer {
  readonly endpoint: string;
  close(): Promise<void>;
}

const GUARD = {
  load: `import { guardRequests } from ${JSON.stringify(join(import.meta.dirname, '../lib/local/services/dynamodb/dynalite-guard.ts'))};`,
  use: 'guardRequests(server);',
};
const IN_TYPESCRIPT = ['--conditions=lull-source', '--import', 'tsx'];

/** It ends with this process, too: its input does. `transactions`: as `lull dev` has them; dynalite has none. */
export async function startTableServer({ transactions = false } = {}): Promise<BenchTableServer> {
  const [options, program] = transactions ? [IN_TYPESCRIPT, serve(GUARD)] : [[], serve({ load: '', use: '' })];
  const child = spawn(process.execPath, [...options, '--input-type=module', '--eval', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    endpoint: `http://127.0.0.1:${port.toString()}`,
    close: async () => {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}
