/** The processes of a cloud's functions, found as anybody with a shell would: by their parent, in /proc. */
import { readdirSync, readFileSync } from 'node:fs';

export type FunctionName = 'worker' | 'api' | 'sweeper';

export interface FunctionProcess {
  readonly pid: number;
  readonly name: FunctionName;
}

/** None where there is no /proc. */
export function functionProcesses(cloudPid: number): FunctionProcess[] {
  return pids().flatMap((pid) => {
    if (parentOf(pid) !== cloudPid) return [];
    const name = /(?:^|\0)_HANDLER=(worker|api|sweeper)(?:\0|$)/.exec(read(`/proc/${pid}/environ`))?.[1];
    return name === undefined ? [] : [{ pid, name: name as FunctionName }];
  });
}

function pids(): number[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
  } catch {
    return [];
  }
}

function parentOf(pid: number): number | undefined {
  const [, parent] = /^\d+ \(.*\) \S (\d+)/s.exec(read(`/proc/${pid}/stat`)) ?? [];
  return parent === undefined ? undefined : Number(parent);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // it has just gone
  }
}
