/** A value as JSON for people: on one line if it fits, else on several, and not without an end. */
import { cut, widthOf } from './width.ts';

const LINES = 12;

export function shownValue(
  value: unknown,
  { columns, full }: { readonly columns: number; readonly full: boolean },
): string[] {
  const line = JSON.stringify(value);
  const room = Math.max(20, columns);
  if (widthOf(line) <= Math.min(room, WIDEST)) return [line];
  const lines = JSON.stringify(value, null, 2).split('\n');
  if (full) return lines;
  const shown = lines.slice(0, LINES).map((each) => cut(each, Math.min(room, WIDEST)));
  return lines.length > LINES ? [...shown, `… ${lines.length - LINES} more lines (--full)`] : shown;
}

/** Of a line that goes into a pipe. */
const WIDEST = 500;
