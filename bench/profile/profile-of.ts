/** Two profiles beside each other as tables of Markdown. */
import { availableParallelism } from 'node:os';
import type { Compared } from '../against.ts';

/** Beside the four sums. */
const SHOWN = 8;

/** Between the shape and the place. */
export const SEPARATOR = '\t';

export function profileOf(figures: readonly Compared[], commit: string): string {
  const shapes = [...new Set(figures.map(({ figure }) => figure.split(SEPARATOR)[0] ?? ''))];
  const head = `CPU time in µs by V8's profiler, functions without what they call; Node ${process.versions.node}, ${availableParallelism()} cores; before: \`${commit}\`.`;
  return [head, ...shapes.map((shape) => tableOf(shape, figures))].join('\n\n');
}

/** The top of either side. What the other has less of than it tells is a dash. */
function tableOf(shape: string, figures: readonly Compared[]): string {
  const of = figures.filter(({ figure }) => figure.startsWith(`${shape}${SEPARATOR}`));
  const top = (side: 'there' | 'here'): readonly Compared[] =>
    of.toSorted((a, b) => (b[side] ?? 0) - (a[side] ?? 0)).slice(0, SHOWN + 4);
  const rows = [...new Set([...top('there'), ...top('here')])];
  const shown = (value: number | undefined): string => (value === undefined ? '–' : value.toLocaleString('en'));
  const placeOf = (figure: string): string => figure.slice(shape.length).trim();
  return [
    `| ${shape} | before | here |`,
    '| --- | ---: | ---: |',
    ...rows.map(({ figure, there, here }) => `| ${placeOf(figure)} | ${shown(there)} | ${shown(here)} |`),
  ].join('\n');
}
