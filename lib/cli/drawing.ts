/** Lines on a terminal that are drawn again in their place. */
import type { Output, Styled } from './output.ts';
import { cut, widthOf } from './text/width.ts';

const DEFAULT_ROWS = 24;
const UP = (lines: number): string => `\u001b[${lines}A`;
const CLEAR_BELOW = '\u001b[J';

export class Drawing {
  readonly #output: Output;
  readonly #rows: number;
  #drawn = 0;
  #last = '';

  constructor(output: Output, rows: number | undefined) {
    this.#output = output;
    this.#rows = (rows ?? DEFAULT_ROWS) || DEFAULT_ROWS;
  }

  /** No line is broken, and no more lines are drawn than there are rows: else the cursor would not find back. */
  draw(lines: readonly Styled[]): void {
    const fitting = this.#fit(lines);
    const text = fitting.map((line) => `${this.#output.paint(line)}\n`).join('');
    if (text === this.#last) return;
    this.#output.raw(`${this.#back()}${text}`);
    this.#drawn = fitting.length;
    this.#last = text;
  }

  /** What stays: as long as it is. */
  end(lines: readonly Styled[]): void {
    this.#output.raw(this.#back());
    this.#output.lines(lines);
    this.#drawn = 0;
    this.#last = '';
  }

  #back(): string {
    return this.#drawn === 0 ? '' : `\r${UP(this.#drawn)}${CLEAR_BELOW}`;
  }

  /** The beginning is the tree, the end is what happened last: of what is too much, the middle is left out. */
  #fit(lines: readonly Styled[]): Styled[] {
    const room = Math.max(3, this.#rows - 1);
    const shown =
      lines.length <= room
        ? lines
        : [...lines.slice(0, Math.ceil(room / 2) - 1), '…', ...lines.slice(lines.length - Math.floor(room / 2))];
    return shown.map((line) => cutStyled(line, this.#output.columns));
  }
}

function cutStyled(line: Styled, columns: number): Styled {
  if (typeof line === 'string') return cut(line, columns);
  let left = columns;
  return line.map((part) => {
    const text = typeof part === 'string' ? part : part[1];
    const kept = cut(text, left);
    left -= widthOf(kept);
    return typeof part === 'string' ? kept : ([part[0], kept] as const);
  });
}
