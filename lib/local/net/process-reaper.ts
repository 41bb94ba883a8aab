/**
 * Sees to it that nothing of a function outlives this process, however that ends: neither its processes nor its folder.
 *
 * A frozen process hears of nothing, so it cannot end itself. Therefore a shell, in a session of its own, waits until
 * our end of its input is closed, which the system does even for one that is killed, and then kills what is left.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Each line of its input names all process groups that live. */
const SCRIPT = `
while read -r line; do groups=$line; done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
[ -z "$1" ] || rm -rf -- "$1"
`;

export class ProcessReaper {
  readonly #folder: string;
  readonly #groups = new Set<number>();
  #shell: ChildProcess | undefined;
  #ended: Promise<unknown> | undefined;

  /** Also deletes the folder. */
  constructor(folder = '') {
    this.#folder = folder;
    this.#shell = this.#start();
  }

  /** The shell's. */
  pid(): number | undefined {
    return this.#shell?.pid;
  }

  add(group: number): void {
    this.#groups.add(group);
    this.#sendGroups();
  }

  delete(group: number): void {
    this.#groups.delete(group);
    this.#sendGroups();
  }

  /** Kills what is left and deletes the folder. */
  async end(): Promise<void> {
    if (!this.#shell) return;
    if (!this.#ended) {
      this.#shell.ref(); // there is something to wait for
      this.#ended = once(this.#shell, 'exit');
      this.#shell.stdin?.end();
    }
    await this.#ended;
  }

  /** There is no such shell on Windows, where nothing is frozen either: a process looks after its parent itself. */
  #start(): ChildProcess | undefined {
    if (process.platform === 'win32') return undefined;
    const shell = spawn('/bin/sh', ['-c', SCRIPT, 'lull-keeper', this.#folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: process.env['PATH'] },
      detached: true, // Ctrl-C in a terminal is not meant for it
    });
    shell.stdin.on('error', () => undefined); // it is gone: see below
    shell.once('exit', () => {
      if (this.#ended) return;
      this.#shell = this.#start(); // something killed it
      this.#sendGroups();
    });
    shell.unref(); // it waits for this process, not this one for it
    return shell;
  }

  #sendGroups(): void {
    this.#shell?.stdin?.write(`${[...this.#groups].join(' ')}\n`);
  }
}
