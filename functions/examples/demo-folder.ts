/** The demo's folder in the system's temporary folder. A demo that was killed cannot delete it: the next demo does. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** As in `lull-demo-4711-x7Qz2a`: its name has the process that uses it. */
const NAME = /^lull-demo-(\d+)-/;

export function makeDemoFolder(parent = tmpdir()): string {
  for (const name of readdirSync(parent)) {
    const [, pid] = NAME.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(parent, name), { recursive: true, force: true });
  }
  return mkdtempSync(join(parent, `lull-demo-${process.pid}-`));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // it belongs to another user
  }
}
