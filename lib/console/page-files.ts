/** The files of the page: those of the package, or in a clone, those that are built from its source when they are asked for. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PageFile {
  readonly contentType: string;
  readonly content: Uint8Array;
  /** Its name changes with its content. */
  readonly isForGood: boolean;
}

export interface PageFiles {
  /** `path` begins with a slash. Undefined: there is none. Rejects if the page cannot be built. */
  read(path: string): Promise<PageFile | undefined>;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export function createPageFiles(): PageFiles {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const isSource = import.meta.url.endsWith('.ts');
  // The package has `dist/lib/console` and `dist/console`; a clone has `lib/console` and `console`.
  const folder = isSource ? join(here, '../../node_modules/.cache/lull-console') : join(here, '../../console');
  let built: Promise<void> | undefined;
  return {
    async read(path) {
      if (isSource) await (built ??= build(join(here, '../..'), folder));
      return readPageFile(folder, path);
    },
  };
}

/** One of a flat folder and its `assets`; no other path leads anywhere. */
function readPageFile(folder: string, path: string): PageFile | undefined {
  const [, name] = /^\/((?:assets\/)?[\w-][\w.-]*)$/.exec(path === '/' ? '/index.html' : path) ?? [];
  const contentType = name === undefined ? undefined : CONTENT_TYPES[extname(name)];
  if (name === undefined || contentType === undefined || !existsSync(join(folder, name))) return undefined;
  return { contentType, content: readFileSync(join(folder, name)), isForGood: name.startsWith('assets/') };
}

/** Takes a few seconds, and happens again after a change of the source. */
async function build(root: string, folder: string): Promise<void> {
  const source = join(root, 'console');
  const page = join(folder, 'index.html');
  if (existsSync(page) && statSync(page).mtimeMs >= newestOf(source)) return;
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  if (!existsSync(vite)) throw new Error('the page of the console is not built, and Vite is not installed: run npm ci');
  await run(process.execPath, [vite, 'build', source, '--outDir', folder, '--logLevel', 'warn']);
}

/** Of the page's own files; what it imports of lib/ changes seldom. */
function newestOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return Math.max(...files.map((file) => statSync(join(folder, file)).mtimeMs));
}

function run(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`the page of the console does not build:\n${output.trim()}`)),
    );
  });
}
