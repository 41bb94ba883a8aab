/** The last words of `lull dev` when its folder cannot be written any more: the table's server ends the process then. */
import type { Paint } from './paint.ts';

/** From now on, whatever ends this process without being caught. */
export function dieKindly(dir: string, paint: Paint): void {
  process.on('uncaughtException', (error) => {
    console.error(lastWords(error, dir, paint) ?? error);
    process.exit(1);
  });
}

/** Undefined for what the folder has nothing to do with. */
export function lastWords(error: unknown, dir: string, paint: Paint): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (!('code' in error && CANNOT_WRITE.has(String(error.code)))) return lastWords(error.cause, dir, paint);
  return (
    `${paint('red', 'lull dev ended')}: the table in ${dir} cannot be written: ${error.message}.\n` +
    `Nothing that was written is lost. Make room on that disk, or name a folder on another one (--dir), and start ` +
    `again: runs go on.`
  );
}

const CANNOT_WRITE = new Set(['LEVEL_IO_ERROR', 'ENOSPC', 'EDQUOT', 'EROFS']);
