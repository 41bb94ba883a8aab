/** How many columns of a terminal a text takes, and what to do with one that is too long. */

/** East Asian wide characters and emoji take two columns, combining marks none. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += widthOfCharacter(character.codePointAt(0) ?? 0);
  return width;
}

/** Cut in the end, with a sign of it. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  if (columns <= 0) return '';
  let kept = '';
  let width = 0;
  for (const character of text) {
    width += widthOfCharacter(character.codePointAt(0) ?? 0);
    if (width > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

/** At spaces, where there are some; else anywhere. Lines after the first are indented. */
export function wrap(text: string, columns: number, indent = ''): string[] {
  if (columns === Infinity || widthOf(text) <= columns) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\s)/)) {
    if (widthOf(line + word.trimEnd()) > columns && line.trim() !== '') {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += word;
    while (widthOf(line.trimEnd()) > columns) {
      const head = beginningOf(line, columns);
      lines.push(head);
      line = indent + line.slice(head.length);
    }
  }
  return line.trim() === '' ? lines : [...lines, line.trimEnd()];
}

/** As much of it as the columns have room for: at least a character. */
function beginningOf(text: string, columns: number): string {
  let taken = '';
  for (const character of text) {
    if (taken !== '' && widthOf(taken + character) > columns) break;
    taken += character;
  }
  return taken;
}

function widthOfCharacter(code: number): number {
  if (code < 0x300) return 1;
  if (isBetween(code, 0x300, 0x36f) || isBetween(code, 0x200b, 0x200f) || isBetween(code, 0xfe00, 0xfe0f)) return 0;
  return WIDE.some(([from, to]) => isBetween(code, from, to)) ? 2 : 1;
}

function isBetween(code: number, from: number, to: number): boolean {
  return code >= from && code <= to;
}

const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];
