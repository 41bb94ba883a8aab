import type { LocalCloudNotice } from '../local/notice.ts';
import type { Paint } from './paint.ts';

/** A notice of the local cloud as lines to print. */
export function noticeLines(notice: LocalCloudNotice, paint: Paint, at: Date): string[] {
  const time = paint('dim', at.toTimeString().slice(0, 8));
  return describe(notice, paint).map((line) => `${time}  ${line}`);
}

function describe(notice: LocalCloudNotice, paint: Paint): string[] {
  switch (notice.kind) {
    case 'run-started':
      return [`${paint('cyan', 'started')}    ${notice.workflow}  ${notice.runId}`];
    case 'run-ended': {
      const color = notice.status === 'completed' ? 'green' : 'red';
      return [
        `${paint(color, notice.status.padEnd(9))}  ${notice.workflow}  ${notice.runId}  ${seconds(notice.tookMs)}`,
        ...(notice.reason ?? []).map((line) => `           ${printable(line)}`),
      ];
    }
    case 'run-blocked':
      return [
        `${paint('red', 'blocked')}    ${notice.workflow}  ${notice.runId}`,
        ...notice.reason.split('\n').map((line) => `           ${printable(line)}`),
        '           It is looked at again as soon as other code is saved.',
      ];
    case 'reloaded':
      return [`${paint('green', 'reloaded')}   ${notice.workflows.map(({ name }) => name).join(', ')}`];
    case 'reload-failed':
      return [`${paint('red', 'not reloaded')}: the code before goes on`, ...notice.reason.split('\n')];
    case 'process-ended':
      return [
        `${paint('yellow', 'lost')}       ${notice.function} ${notice.pid} (${notice.how}); another one takes its place`,
      ];
    case 'invocation-failed':
      return [`${paint('red', 'failed')}     an invocation of the ${notice.function}: ${notice.reason}`];
    case 'dead-letter':
      return [`${paint('red', 'given up')}   a message that failed again and again: ${printable(notice.body)}`];
    case 'output':
      return [`${paint('dim', `${notice.function} ${notice.pid}`)}  ${logLine(notice.line)}`];
  }
}

/** What lull's functions log is JSON; what anybody else prints is shown as it is. */
export function logLine(line: string): string {
  try {
    const { level, message, timestamp: _timestamp, ...fields } = JSON.parse(line) as Record<string, unknown>;
    if (typeof level !== 'string' || typeof message !== 'string') return line;
    const rest = Object.keys(fields).length === 0 ? '' : `  ${JSON.stringify(fields)}`;
    return printable(`${level} ${message}${rest}`);
  } catch {
    return line;
  }
}

/** What came from outside is not to paint the terminal, or to move its cursor. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- those are what it is about
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
