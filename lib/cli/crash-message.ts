/** What `lull dev` prints when its folder cannot be written any more: the table's server ends the process then. */
import type { Paint } from './paint.ts';

/** Prints a message for each error that ends this process uncaught. */
export function installCrashMessage(dir: string, paint: Paint): void {
  process.on('uncaughtException', (error) => {
    console.error(crashMessage(error, dir, paint) ?? error);
    process.exit(1);
  });
}

/** Undefined for an error that has nothing to do with the folder. */
export function crashMessage(error: unknown, dir: string, paint: Paint): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (!('code' in error && CANNOT_WRITE.has(String(error.code)))) return crashMessage(error.cause, dir, paint);
  return (
    `${paint('red', 'lull dev ended')}: the table in ${dir} cannot be written: ${error.message}.\n` +
    `Nothing that was written is lost. Make room on that disk, or name a folder on another one (--dir), and start ` +
    `again: runs go on.`
  );
}

const CANNOT_WRITE = new Set(['LEVEL_IO_ERROR', 'ENOSPC', 'EDQUOT', 'EROFS']);
