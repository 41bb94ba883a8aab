/** What a run waits for, and what the runs below it do, as lines of a tree. */
import { explainRun } from '../../client/explain-run.ts';
import type { RunAnswer } from '../engine/answers.ts';
import type { RunTree } from '../engine/read-run-tree.ts';
import type { Styled } from '../output.ts';
import { statusColor } from './status-color.ts';
import { roughly } from './times.ts';
import { wrap } from './width.ts';

export function drawRunTree(
  { run, below }: RunTree,
  page: { readonly nowMs: number; readonly columns: number },
  indent = '',
): Styled[] {
  const { nowMs, columns } = page;
  const color = statusColor(run.status) ?? 'cyan';
  return [
    [
      indent,
      ['bold', run.workflow],
      `  ${run.id}  `,
      [color, run.status],
      ['dim', `  ${roughly(nowMs - Date.parse(run.createdAt))}`],
    ],
    ...explainLines(run, nowMs).flatMap((line) => wrapIndented(`${indent}  ${line}`, columns)),
    ...below.flatMap((each) => drawRunTree(each, page, `${indent}    `)),
  ];
}

/** Lines after the first are indented by more, so that a tree stays one. */
export function wrapIndented(line: string, columns: number): string[] {
  return wrap(line, columns, `${/^ */.exec(line)?.[0] ?? ''}    `);
}

/** A sentence a line. Times are in the zone of this machine. */
export function explainLines(run: RunAnswer, nowMs: number): string[] {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return explainRun(run as Parameters<typeof explainRun>[0], { now: new Date(nowMs), timeZone });
}
