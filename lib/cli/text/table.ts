/** Rows in aligned columns that fit the terminal. Where they cannot, each row becomes a few lines. */
import type { Styled } from '../output.ts';
import type { Color } from '../paint.ts';
import { cut, padEnd, widthOf } from './width.ts';

export interface Column<Row> {
  readonly title: string;
  text(row: Row): string;
  color?(row: Row): Color | undefined;
  /** May be cut down to so many columns. Default: it is never cut, as an id that will be copied. */
  readonly atLeast?: number;
  /** Left out where there is no room, the highest first. Default: it stays. */
  readonly leaveOut?: number;
}

const GAP = '  ';

export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number): Styled[] {
  const layout = fit(columns, rows, width);
  if (layout === undefined) return rows.flatMap((row) => stacked(columns, row, width));
  const head = layout
    .map(({ column, size }, index) => padLast(column.title, size, index === layout.length - 1))
    .join(GAP);
  return [[['dim', head]], ...rows.map((row) => rowOf(layout, row))];
}

/** Without spaces behind what is last on its line. */
function rowOf<Row>(layout: readonly Fitted<Row>[], row: Row): Styled {
  const texts = layout.map(({ column, size }) => cut(oneLine(column.text(row)), size));
  const last = texts.findLastIndex((text) => text !== '');
  return layout.slice(0, last + 1).flatMap(({ column, size }, index) => {
    const text = padLast(texts[index] ?? '', size, index === last);
    const color = column.color?.(row);
    return [...(index === 0 ? [] : [GAP]), color === undefined ? text : ([color, text] as const)];
  });
}

interface Fitted<Row> {
  readonly column: Column<Row>;
  readonly size: number;
}

/** Undefined: not even the columns that must stay fit. */
function fit<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number): Fitted<Row>[] | undefined {
  const filled = columns.filter(
    (column) => column.leaveOut === undefined || rows.some((row) => column.text(row) !== ''),
  );
  const layout = filled.map((column) => ({
    column,
    size: Math.max(widthOf(column.title), ...rows.map((row) => widthOf(oneLine(column.text(row))))),
  }));
  for (;;) {
    const over = layout.reduce((sum, { size }) => sum + size, GAP.length * (layout.length - 1)) - width;
    if (over <= 0) return layout;
    const room = (each: Fitted<Row>): number =>
      each.size - Math.max(each.column.atLeast ?? each.size, widthOf(each.column.title));
    const shrinkable = layout.filter((each) => room(each) > 0);
    if (shrinkable.reduce((sum, each) => sum + room(each), 0) >= over) {
      shrink(layout, room, over);
      continue;
    }
    const last = layout.reduce<Fitted<Row> | undefined>(
      (worst, each) => ((each.column.leaveOut ?? -1) > (worst?.column.leaveOut ?? -1) ? each : worst),
      undefined,
    );
    if (last === undefined) return undefined;
    layout.splice(
      layout.findIndex((each) => each === last),
      1,
    );
  }
}

/** The widest first. */
function shrink<Row>(
  layout: { column: Column<Row>; size: number }[],
  room: (each: Fitted<Row>) => number,
  over: number,
): void {
  for (let left = over; left > 0; left -= 1) {
    const widest = layout.filter((each) => room(each) > 0).sort((one, other) => other.size - one.size)[0];
    if (widest === undefined) return;
    widest.size -= 1;
  }
}

/** As many columns on a line as fit. */
function stacked<Row>(columns: readonly Column<Row>[], row: Row, width: number): Styled[] {
  const lines: (string | readonly [Color, string])[][] = [];
  let used = Infinity;
  for (const column of columns) {
    const text = oneLine(column.text(row));
    if (text === '') continue;
    const shown = column.atLeast === undefined ? text : cut(text, Math.max(1, width - GAP.length));
    const color = column.color?.(row);
    if (used + GAP.length + widthOf(shown) > width) {
      lines.push([]);
      used = lines.length === 1 ? -GAP.length : 0;
    }
    const gap = lines.length === 1 && lines.at(-1)?.length === 0 ? '' : GAP;
    lines.at(-1)?.push(gap, color === undefined ? shown : [color, shown]);
    used += GAP.length + widthOf(shown);
  }
  return lines;
}

function padLast(text: string, size: number, isLast: boolean): string {
  return isLast ? text : padEnd(text, size);
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
