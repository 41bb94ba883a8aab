import type { StackNotice } from '../local/stack/stack-notice.ts';
import { logLine } from './notice-lines.ts';
import type { Paint } from './paint.ts';

/** A notice of a cloud from a template as lines to print; of what goes as it should, none but what functions log. */
export function stackNoticeLines(notice: StackNotice, paint: Paint, at: Date): string[] {
  const time = paint('dim', at.toTimeString().slice(0, 8));
  return describe(notice, paint).map((line) => `${time}  ${line}`);
}

/** As a template's author knows it: without the stack, and without the digest that CDK adds. */
export function shortName(functionName: string): string {
  return functionName.replace(/^[^-]*-/, '').replace(/[0-9A-F]{8}$/, '');
}

function describe(notice: StackNotice, paint: Paint): string[] {
  switch (notice.kind) {
    case 'output':
      return [`${paint('dim', `${shortName(notice.function)} ${notice.pid}`)}  ${logLine(notice.line)}`];
    case 'request':
      return [
        `${paint('dim', 'request')}    ${notice.line}`,
        ...(notice.reason === undefined ? [] : refused(notice.reason)),
      ];
    case 'call-denied':
      return [`${paint('red', 'denied')}     ${notice.message}`];
    case 'not-called':
      return [`${paint('red', 'not called')} by ${notice.source}: ${notice.reason}`];
    case 'dead-letter':
      return [`${paint('red', 'given up')}   a message of ${notice.queue} that failed again and again: ${notice.body}`];
    case 'throttled':
      return [`${paint('yellow', 'throttled')}  ${shortName(notice.function)} has as many sandboxes as it may have`];
    case 'sandbox-ended':
      if (notice.how === 'idle' || notice.how === 'stopped') return [];
      return [`${paint('yellow', 'lost')}       ${shortName(notice.function)} ${notice.pid} (${notice.how})`];
    case 'init-failed':
      return [
        `${paint('red', 'failed')}     ${shortName(notice.function)} could not load its code: ${describeInitError(notice.errorType)}`,
      ];
    case 'invocation-ended':
      if (notice.status === 'success') return [];
      return [
        `${paint('red', 'failed')}     an invocation of ${shortName(notice.function)}: ${notice.errorType ?? notice.status}`,
      ];
    case 'event-retried':
      return [
        `${paint('yellow', 'again')}      ${shortName(notice.function)} in ${notice.inMs / 1000} s, after ${notice.attempts} attempts`,
      ];
    case 'event-dropped':
      return [`${paint('red', 'given up')}   an event of ${shortName(notice.function)}: ${notice.reason}`];
    case 'node-differs':
      return [
        `${paint('yellow', 'node')}       ${shortName(notice.function)} is for ${notice.runtime}, and runs here in Node ${notice.node}`,
      ];
    case 'sandbox-started':
    case 'invocation-started':
      return [];
  }

  function refused(reason: string): string[] {
    return [`           ${paint('yellow', 'refused')}: ${reason}`];
  }
}

/** What aws-lambda-ric 4 says of a handler with three parameters, and Lambda from nodejs24.x on. */
const CALLBACK_REFUSED = 'Runtime.CallbackHandlerDeprecated';

function describeInitError(errorType: string): string {
  if (errorType !== CALLBACK_REFUSED) return errorType;
  return (
    'its handler declares three parameters, and the runtime calls no callback: ' +
    `declare (event, context), and return the result or a promise of it (${errorType})`
  );
}
