/** Keeps bundles until no process starts from them any more, in a folder for each, named by its version. */
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { OutputFile } from 'esbuild';
import { invariant } from '../../core/invariant.ts';

export interface CodeBundle {
  readonly file: string;
  /** The file's. */
  readonly folder: string;
  /** A digest of the code: the same code has the same version. */
  readonly version: string;
}

export class BundleStore {
  readonly #folder: string;
  /** Oldest first. */
  #versions: string[] = [];

  /** Deletes what the folder holds of an earlier time. */
  constructor(folder: string) {
    rmSync(folder, { recursive: true, force: true });
    this.#folder = folder;
  }

  put(outputFiles: readonly OutputFile[]): CodeBundle {
    const code = outputFiles.find((file) => file.path.endsWith('.mjs'));
    invariant(code, 'esbuild gave no code');
    const version = createHash('sha256').update(code.contents).digest('hex').slice(0, 12);
    const folder = join(this.#folder, version);
    mkdirSync(folder, { recursive: true });
    for (const { path, contents } of outputFiles) writeFileSync(join(folder, basename(path)), contents);
    this.#versions = [...this.#versions.filter((other) => other !== version), version];
    return { file: join(folder, basename(code.path)), folder, version };
  }

  /** Processes that run have loaded their code. */
  dropBefore({ version }: CodeBundle): void {
    const older = this.#versions.splice(0, Math.max(0, this.#versions.indexOf(version)));
    for (const each of older) rmSync(join(this.#folder, each), { recursive: true, force: true });
  }
}
