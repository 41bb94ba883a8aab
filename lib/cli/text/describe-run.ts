/** A run in words: how it stands, since when, what comes next, what to do about it. */
import { isOpen, type RunAnswer } from '../engine/answers.ts';
import type { Styled } from '../output.ts';
import type { Color } from '../paint.ts';
import { describeError } from './describe-error.ts';
import { explainLines, wrapIndented } from './run-tree.ts';
import { statusColor } from './status-color.ts';
import { shownValue } from './shown-value.ts';
import { took, when } from './times.ts';
import { wrap } from './width.ts';

export interface Page {
  readonly nowMs: number;
  readonly columns: number;
  /** Values are shown whole, however long they are. */
  readonly full?: boolean;
}

/** Its name and how it stands, in a few lines. */
export function describeRun(run: RunAnswer, page: Page): Styled[] {
  return [
    [['bold', run.workflow], '  ', run.id],
    ...statusLines(run, page),
    ...originLines(run),
    '',
    ...valueLines(run, page),
  ];
}

function statusLines(run: RunAnswer, { nowMs, columns }: Page): Styled[] {
  const createdAtMs = Date.parse(run.createdAt);
  const color = statusColor(run.status) ?? 'cyan';
  if (!isOpen(run)) {
    const endedAtMs = Date.parse(run.endedAt ?? run.createdAt);
    return sentence(color, run.status, ` ${when(endedAtMs, nowMs)}, after ${took(endedAtMs - createdAtMs)}`, columns);
  }
  return [
    ...sentence(color, run.status, `, started ${when(createdAtMs, nowMs)}`, columns),
    ...nextLines(run, nowMs).flatMap((line) => wrapIndented(line, columns)),
  ];
}

/** What it waits for; what comes near a limit. */
function nextLines(run: RunAnswer, nowMs: number): string[] {
  const { deadline, unreadSignals, journal, pinnedTo } = run;
  return [
    ...explainLines(run, nowMs),
    ...(deadline === undefined ? [] : [`its time is up ${when(Date.parse(deadline), nowMs)}`]),
    ...(unreadSignals === undefined ? [] : [`${unreadSignals} signals are unread: it takes no more of them`]),
    ...(journal === undefined
      ? []
      : [`its journal comes near a limit: ${journal.events} events, ${journal.bytes} bytes`]),
    ...(pinnedTo === undefined ? [] : [`it runs with version ${pinnedTo} of the worker`]),
  ];
}

function originLines({ parent, link, history }: RunAnswer): Styled[] {
  return [
    ...(parent === undefined ? [] : [`A child of ${parent}.`]),
    ...(link === undefined ? [] : [`It has continued as new: this is link ${link}.`]),
    ...(history === undefined
      ? []
      : [`${history.events} events are behind its snapshot, and ${history.archived ? 'archived' : 'not kept'}.`]),
  ];
}

function valueLines(run: RunAnswer, page: Page): Styled[] {
  const { customStatus, attributes, input, result, error, reason, undoErrors = [] } = run;
  return [
    ...(customStatus === undefined ? [] : labelled('says', customStatus, page)),
    ...(attributes === undefined ? [] : labelled('attributes', attributes, page)),
    ...(input === undefined || input === null ? [] : labelled('input', input, page)),
    ...('result' in run ? labelled('result', result, page) : []),
    ...(error === undefined ? [] : textBlock('error', describeError(error), page)),
    ...(reason === undefined || reason === '' ? [] : textBlock('reason', reason.split('\n'), page)),
    ...undoErrors.flatMap((each) => textBlock('undo error', describeError(each), page)),
  ];
}

const LABEL_COLUMNS = 12;

/** A value as JSON, on one line if it fits, cut where it is long. */
function labelled(label: string, value: unknown, page: Page): Styled[] {
  return shownValue(value, { columns: page.columns - LABEL_COLUMNS, full: page.full === true }).map((line, index) => [
    ['dim', (index === 0 ? label : '').padEnd(LABEL_COLUMNS)],
    line,
  ]);
}

function textBlock(label: string, lines: readonly string[], { columns }: Page): Styled[] {
  return lines
    .flatMap((line) => wrap(line, Math.max(20, columns - LABEL_COLUMNS), '  '))
    .map((line, index) => [
      ['dim', (index === 0 ? label : '').padEnd(LABEL_COLUMNS)],
      ['red', line],
    ]);
}

/** The first word is colored. It is not broken, since it is short. */
function sentence(color: Color, first: string, rest: string, columns: number): Styled[] {
  const [line = '', ...more] = wrap(first + rest, columns);
  return [[[color, first], line.slice(first.length)], ...more];
}

/** What a person may want to do next: commands. */
export function adviceFor(run: RunAnswer): readonly (readonly [command: string, meaning: string])[] {
  const { id, status, workflow, workflowPaused } = run;
  if (workflowPaused !== undefined) return [[`lull resume --workflow ${workflow}`, 'let all of its runs go on']];
  switch (status) {
    case 'failed':
      return [
        [`lull history ${id}`, 'all that happened'],
        [`lull retry ${id}`, 'go on from the step that failed, once it is mended'],
      ];
    case 'blocked':
      return [
        [`lull history ${id}`, 'what the journal has'],
        [`lull terminate ${id}`, 'end it, if no code will follow it'],
      ];
    case 'paused':
      return [[`lull resume ${id}`, 'let it go on']];
    case 'completed':
    case 'cancelled':
    case 'terminated':
      return [[`lull history ${id}`, 'all that happened']];
    default:
      return [[`lull watch ${id}`, 'see it go on']];
  }
}
