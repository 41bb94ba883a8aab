/** Shows how the demo goes: a board that is redrawn on a terminal, a line for each thing that happens elsewhere. */

export interface Progress {
  readonly orders: number;
  readonly placed: number;
  readonly completed: number;
  /** Ended, but not completed. */
  readonly failed: number;
  readonly workers: readonly { readonly pid: number; readonly busy: boolean }[];
  readonly killed: readonly number[];
  readonly charges: number;
  readonly repeated: number;
  readonly outages: number;
}

export interface Board {
  /** Draws the board anew, or prints what has changed. */
  show(progress: Progress): void;
  /** Prints a line for good. */
  say(line: string): void;
  /** Leaves what is on the screen as it is. */
  end(): void;
}

const BAR_WIDTH = 40;
const PLAIN_EVERY = 10;

export function createBoard(out: NodeJS.WriteStream): Board {
  return out.isTTY ? new DrawnBoard(out) : new PlainBoard(out);
}

class DrawnBoard implements Board {
  readonly #out: NodeJS.WriteStream;
  readonly #startedAtMs = Date.now();
  #linesDrawn = 0;
  #last: Progress | undefined;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  show(progress: Progress): void {
    this.#last = progress;
    this.#erase();
    const width = this.#out.columns || 80;
    const lines = boardLines(progress, Date.now() - this.#startedAtMs).map((line) => line.slice(0, width - 1));
    this.#out.write(`${lines.join('\n')}\n`);
    this.#linesDrawn = lines.length;
  }

  say(line: string): void {
    this.#erase();
    this.#out.write(`${line}\n`);
    if (this.#last) this.show(this.#last);
  }

  end(): void {
    this.#linesDrawn = 0;
    this.#last = undefined;
  }

  #erase(): void {
    if (this.#linesDrawn > 0) this.#out.write(`\u001b[${this.#linesDrawn}A\u001b[J`);
    this.#linesDrawn = 0;
  }
}

class PlainBoard implements Board {
  readonly #out: NodeJS.WriteStream;
  readonly #startedAtMs = Date.now();
  #shown = '';

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  show({ orders, placed, completed, failed }: Progress): void {
    const step = completed === orders ? completed : completed - (completed % PLAIN_EVERY);
    const line =
      placed < orders ? '' : `${step} of ${orders} orders completed${failed > 0 ? `, ${failed} failed` : ''}`;
    if (line === this.#shown || line === '') return;
    this.#shown = line;
    this.say(line);
  }

  say(line: string): void {
    this.#out.write(`${((Date.now() - this.#startedAtMs) / 1000).toFixed(1).padStart(5)} s  ${line}\n`);
  }

  end(): void {
    // What was printed stays.
  }
}

/** The board as lines of text. */
export function boardLines(progress: Progress, elapsedMs: number): string[] {
  const { orders, placed, completed, failed, workers, killed } = progress;
  const filled = Math.round((BAR_WIDTH * completed) / orders);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
  const going = placed - completed - failed;
  const states = workers.map(({ pid, busy }) => `${pid} ${busy ? 'busy' : 'idle'}`);
  return [
    '',
    `  orders   ${bar}  ${completed} of ${orders}   ${(elapsedMs / 1000).toFixed(1)} s`,
    `           ${placed} placed, ${going} under way, ${completed} completed, ${failed} failed`,
    `  workers  ${states.join('   ') || 'starting'}`,
    `  killed   ${killed.join('   ') || '-'}`,
    `  ledger   ${progress.charges} charges, ${progress.repeated} attempts repeated, ${progress.outages} outages of services`,
    '',
  ];
}
