/** dynalite in a process of its own: what it computes is not the engine's work. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const SERVE = `
  import { once } from 'node:events';
  import dynalite from 'dynalite';
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.stdout.write(String(server.address().port));
  process.stdin.on('end', () => process.exit()).resume();
`;

export interface BenchTableServer {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** It ends with this process, too: its input does. */
export async function startTableServer(): Promise<BenchTableServer> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', SERVE], {
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
