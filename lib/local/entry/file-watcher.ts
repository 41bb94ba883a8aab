/** Calls back when something has changed in the folders of some files. The caller finds out what. */
import { watch, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';

/** Editors write a file in several strokes. */
const QUIET_MS = 30;

export class FileWatcher {
  readonly #onChange: () => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #timer: NodeJS.Timeout | undefined;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Watches the folders of these files too. Folders, since editors replace files instead of writing them. */
  add(files: readonly string[]): void {
    for (const folder of new Set(files.map((file) => dirname(file)))) {
      if (this.#watchers.has(folder)) continue;
      const watcher = watch(folder, () => this.#onEvent());
      watcher.on('error', () => this.#forget(folder)); // the folder is gone: a build that still needs it fails
      this.#watchers.set(folder, watcher);
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const folder of [...this.#watchers.keys()]) this.#forget(folder);
  }

  #onEvent(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onChange, QUIET_MS);
  }

  #forget(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}
