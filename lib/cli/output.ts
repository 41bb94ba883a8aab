/** Where a verb writes: results to standard output, what is said beside them to standard error. */
import { createPaint, type Color } from './paint.ts';
import type { Surroundings } from './surroundings.ts';
import { printable } from './text/printable.ts';

/** A line with parts of other colors: what the parts are is said where it is made, and colored here. */
export type Styled = string | readonly (string | readonly [Color, string])[];

export class Output {
  /** For a program: JSON, and no words beside it. */
  readonly isJson: boolean;
  /** A person looks at it, and it can be drawn again. */
  readonly isTerminal: boolean;
  /** How wide a line may be: Infinity where it is no terminal. */
  readonly columns: number;
  readonly #surroundings: Pick<Surroundings, 'stdout' | 'stderr' | 'env'>;

  constructor(surroundings: Pick<Surroundings, 'stdout' | 'stderr' | 'env'>, { json }: { readonly json: boolean }) {
    const { stdout } = surroundings;
    this.#surroundings = surroundings;
    this.isJson = json;
    this.isTerminal = stdout.isTTY === true && !json;
    this.columns = this.isTerminal ? (stdout.columns ?? DEFAULT_COLUMNS) || DEFAULT_COLUMNS : Infinity;
  }

  line(text: Styled = ''): void {
    this.#surroundings.stdout.write(`${this.paint(text)}\n`);
  }

  lines(texts: readonly Styled[]): void {
    for (const text of texts) this.line(text);
  }

  /** Goes on where the cursor is: control sequences of a drawing. */
  raw(text: string): void {
    this.#surroundings.stdout.write(text);
  }

  /** One JSON document. */
  document(value: unknown): void {
    this.#surroundings.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** One of many values: a line of JSON. */
  jsonLine(value: unknown): void {
    this.#surroundings.stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** For a person, beside the result: nothing with `--json`. */
  note(text: Styled): void {
    if (this.isJson) return;
    this.#surroundings.stderr.write(`${this.paint(text, 'stderr')}\n`);
  }

  /** Always, as an error is. */
  error(text: Styled): void {
    this.#surroundings.stderr.write(`${this.paint(text, 'stderr')}\n`);
  }

  /** What comes from outside cannot color the terminal, or move its cursor. */
  paint(text: Styled, stream: 'stdout' | 'stderr' = 'stdout'): string {
    const { env, [stream]: sink } = this.#surroundings;
    const paint = createPaint(sink, env);
    if (typeof text === 'string') return printable(text);
    return text
      .map((part) => (typeof part === 'string' ? printable(part) : paint(part[0], printable(part[1]))))
      .join('');
  }
}

const DEFAULT_COLUMNS = 80;
