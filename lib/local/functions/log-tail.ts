/** The end of what was logged, as Lambda gives it with a failed invocation. */

const LIMIT_BYTES = 4096;

export class LogTail {
  #lines: string[] = [];
  #bytes = 0;

  add(line: string): void {
    this.#lines.push(line);
    this.#bytes += Buffer.byteLength(line) + 1;
    while (this.#bytes > LIMIT_BYTES && this.#lines.length > 1) {
      this.#bytes -= Buffer.byteLength(this.#lines.shift() ?? '') + 1;
    }
  }

  clear(): void {
    this.#lines = [];
    this.#bytes = 0;
  }

  text(): string {
    return Buffer.from(this.#lines.join('\n')).subarray(-LIMIT_BYTES).toString();
  }
}
