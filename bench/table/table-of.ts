/** A comparison with a commit as a table of Markdown. */
import { availableParallelism } from 'node:os';
import type { Compared } from '../against.ts';

export function tableOf(
  figures: readonly Compared[],
  { commit, rounds }: { readonly commit: string; readonly rounds: number },
): string {
  const shown = (value: number | undefined): string => (value === undefined ? '–' : value.toLocaleString('en'));
  const times = rounds === 1 ? 'One round' : `Medians of ${rounds} rounds in turn`;
  return [
    `${times}, Node ${process.versions.node}, ${availableParallelism()} cores; before: \`${commit}\`.`,
    '',
    '| figure | before | here | ratio |',
    '| --- | ---: | ---: | ---: |',
    ...figures.map(
      ({ figure, there, here, ratio }) => `| ${figure} | ${shown(there)} | ${shown(here)} | ${shown(ratio)} |`,
    ),
  ].join('\n');
}
