import { readFileSync } from 'node:fs';

/** Whether a process of that id runs. One that has ended and is not yet fetched by its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return process.platform !== 'linux'; // elsewhere there is no /proc; here the process has just gone
  }
}
