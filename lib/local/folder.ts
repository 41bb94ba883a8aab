/**
 * The folder in which a local cloud keeps what it knows, `.lull` by default. One local cloud at a time uses it: a lock
 * that the operating system gives back when its owner dies, however it dies.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { ADDRESS_FILE, type LocalAddress } from '../client/local-address.ts';
import { CloudError } from './cloud-error.ts';

/** Counts up when what is in the folder cannot be read by older versions any more. */
const FORMAT = 1;

export interface CloudFolder {
  readonly path: string;
  /** The table's database. */
  readonly tablePath: string;
  /** What is too large for the table. */
  readonly bucketsPath: string;
  /** Bundles: made anew at each start. */
  readonly buildPath: string;
  /** The process that used it last was killed: writes that are not atomic may be incomplete. */
  readonly wasLeftInUse: boolean;
  /** Shown to another process that wants the folder, and to callers beside it. */
  announce(address: Omit<LocalAddress, 'pid'>): void;
  /** Releases the folder. */
  close(): Promise<void>;
}

/** Makes the folder if need be, and locks it. Rejects with a CloudError that says what to do. */
export async function openCloudFolder(path: string): Promise<CloudFolder> {
  const folder = resolve(path);
  prepare(folder);
  const lock = await takeLock(folder);
  const ownerFile = join(folder, ADDRESS_FILE);
  const wasLeftInUse = readJson(ownerFile) !== undefined;
  const announce: CloudFolder['announce'] = (address) => writeWhole(ownerFile, { pid: process.pid, ...address });
  announce({});
  return {
    path: folder,
    tablePath: join(folder, 'table'),
    bucketsPath: join(folder, 'buckets'),
    buildPath: join(folder, 'build'),
    wasLeftInUse,
    announce,
    close: async () => {
      rmSync(ownerFile, { force: true });
      await lock.close();
    },
  };
}

function prepare(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    const formatFile = join(folder, 'format.json');
    const names = readdirSync(folder);
    if (names.includes('format.json')) {
      checkFormat(folder, readJson(formatFile));
    } else if (names.length === 0) {
      writeFileSync(formatFile, `${JSON.stringify({ format: FORMAT })}\n`);
      writeFileSync(join(folder, '.gitignore'), '*\n');
    } else {
      throw new CloudError(
        'FOLDER_FORMAT',
        `${folder} holds other things than a local cloud (it has files but no format.json): name an empty or new folder`,
      );
    }
    writeFileSync(join(folder, 'writable'), '');
    rmSync(join(folder, 'writable'));
  } catch (error) {
    if (error instanceof CloudError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CloudError(
      'FOLDER_NOT_WRITABLE',
      `cannot write in the folder ${folder} (${code ?? message}): ${REMEDIES.get(code) ?? ''}name another folder with --dir`,
      { cause: error },
    );
  }
}

const REMEDIES = new Map<string | undefined, string>([
  ['EACCES', 'give yourself the rights, or '],
  ['EPERM', 'give yourself the rights, or '],
  ['EROFS', 'make its disk writable, or '],
  ['ENOSPC', 'make room on its disk, or '],
  ['EDQUOT', 'make room on its disk, or '],
]);

function checkFormat(folder: string, content: unknown): void {
  const format = (content as { format?: unknown } | undefined)?.format;
  if (format === FORMAT) return;
  const either = `name another folder with --dir, or delete ${folder} (the runs in it are lost then)`;
  if (typeof format === 'number' && format > FORMAT) {
    throw new CloudError(
      'FOLDER_FORMAT',
      `${folder} has format ${format}, written by a newer lull; this one reads format ${FORMAT}: use the newer lull, ${either}`,
    );
  }
  throw new CloudError(
    'FOLDER_FORMAT',
    `${folder}/format.json does not say a format that this lull knows (${JSON.stringify(content)}; it reads ` +
      `{"format":${FORMAT}}): ${either}`,
  );
}

async function takeLock(folder: string): Promise<ClassicLevel> {
  const lock = new ClassicLevel(join(folder, 'lock'));
  try {
    await lock.open();
    return lock;
  } catch (error) {
    if ((error as { cause?: { code?: unknown } }).cause?.code !== 'LEVEL_LOCKED') throw error;
    const owner = readJson(join(folder, ADDRESS_FILE)) as { pid?: number; url?: string } | undefined;
    const user = owner
      ? `process ${owner.pid ?? '?'}${owner.url === undefined ? '' : ` at ${owner.url}`}`
      : 'another process';
    throw new CloudError(
      'FOLDER_IN_USE',
      `${folder} is in use by ${user}: go on with that local cloud, or stop it, or name another folder with --dir`,
      { cause: error },
    );
  }
}

/** A reader sees the file before or after, and no other user sees it: it has credentials. */
function writeWhole(file: string, content: object): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
