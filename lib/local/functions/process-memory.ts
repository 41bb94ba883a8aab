/** What a process holds of the machine's memory. Only Linux tells. */
import { readFileSync } from 'node:fs';

export interface ProcessMemory {
  readonly residentMb: number;
  /** The most that it ever held. */
  readonly peakMb: number;
}

/** Undefined if the process is gone, or the system does not tell. */
export function readProcessMemory(pid: number): ProcessMemory | undefined {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return undefined;
  }
  const residentMb = megabytes(status, 'VmRSS');
  const peakMb = megabytes(status, 'VmHWM');
  return residentMb === undefined || peakMb === undefined ? undefined : { residentMb, peakMb };
}

function megabytes(status: string, field: string): number | undefined {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status);
  return found ? Number(found[1]) / 1024 : undefined;
}
