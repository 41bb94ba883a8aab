/** A disk that can be full: a file system in memory of a few megabytes, which takes the rights to mount one. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const CHUNK = Buffer.alloc(64 * 1024, 1);

export interface SmallDisk {
  /** Until not a byte is left. */
  fill(): void;
  /** Room again. */
  clear(): void;
  /** With `keepIn`, what is on it is copied there first. */
  unmount(keepIn?: string): void;
}

/** In that folder; undefined where it cannot be mounted. */
export function mountSmallDisk(folder: string, megabytes: number): SmallDisk | undefined {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'lull-wire', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const ballast = join(folder, 'ballast');
  return {
    fill: () => {
      for (let bytes = CHUNK.length; bytes >= 1;) {
        try {
          appendFileSync(ballast, CHUNK.subarray(0, bytes));
        } catch {
          bytes = Math.floor(bytes / 16);
        }
      }
    },
    clear: () => rmSync(ballast, { force: true }),
    unmount: (keepIn) => {
      if (keepIn !== undefined) cpSync(folder, keepIn, { recursive: true });
      execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
    },
  };
}
