import type { CloudEvent } from '../local/cloud-event.ts';
import { logLines } from './log-lines.ts';
import { requestLine } from './request-line.ts';
import type { Paint } from './paint.ts';
import { printable } from './text/printable.ts';

/** An event of the local cloud as lines to print. What goes as it should has none, but for runs and what functions log. */
export function eventLines(event: CloudEvent, paint: Paint, at: Date): string[] {
  const time = paint('dim', at.toTimeString().slice(0, 8));
  return describeEvent(event, paint).map((line) => `${time}  ${line}`);
}

/** A function's name as the author of its template knows it: without the stack, and without CDK's digest. */
export function shortName(functionName: string): string {
  return functionName.replace(/^[^-]*-/, '').replace(/[0-9A-F]{8}$/, '');
}

type EventOfKind<Kind extends CloudEvent['kind']> = Extract<CloudEvent, { kind: Kind }>;

const DESCRIPTIONS: { readonly [Kind in CloudEvent['kind']]: (event: EventOfKind<Kind>, paint: Paint) => string[] } = {
  'run-started': ({ workflow, runId }, paint) => [`${paint('cyan', 'started')}    ${workflow}  ${runId}`],
  'run-ended': ({ workflow, runId, status, tookMs, reason = [] }, paint) => {
    const color = status === 'completed' ? 'green' : 'red';
    const advice =
      status === 'failed' ? [`lull show ${runId} has more; lull retry ${runId} goes on, once it is mended`] : [];
    const head = `${paint(color, status.padEnd(9))}  ${workflow}  ${runId}  ${seconds(tookMs)}`;
    return [head, ...indented([...reason, ...advice])];
  },
  'run-blocked': ({ workflow, runId, reason }, paint) => [
    `${paint('red', 'blocked')}    ${workflow}  ${runId}`,
    ...indented([
      ...reason.split('\n'),
      'The run is tried again as soon as other code is saved, and after a pause by itself.',
    ]),
  ],
  'attempt-failed': ({ workflow, runId, step, attempt, retryInMs, error }, paint) => [
    `${paint('yellow', 'again')}      ${workflow}  ${runId}  step "${printable(step)}" failed in attempt ${attempt}` +
      `${error.length === 0 ? ', as before' : ''}; the next one is in ${seconds(retryInMs)}`,
    ...indented(error),
  ],
  'step-failed': ({ workflow, runId, step, error }, paint) => [
    `${paint('red', 'gave up')}    ${workflow}  ${runId}  step "${printable(step)}" failed for good: its workflow gets the error`,
    ...indented(error),
  ],
  'run-busy': ({ workflow, runId, lastAskedFor }, paint) => [
    `${paint('red', 'busy')}       ${workflow}  ${runId}  its code keeps a worker from all else`,
    ...indented([
      `It computes without an end, or for long, ${lastAskedFor === undefined ? 'at its beginning' : `after it asked for ${lastAskedFor}`}: a loop without yield*?`,
      'Save a fix; or put long work into a step, in pieces. lull terminate ends the run.',
    ]),
  ],
  reloaded: ({ workflows }, paint) => [
    `${paint('green', 'reloaded')}   ${workflows.map(({ name }) => name).join(', ')}`,
  ],
  'reload-failed': ({ reason }, paint) => [
    `${paint('red', 'not reloaded')}: the code before stays in place`,
    ...reason.split('\n'),
  ],
  'process-ended': (event, paint) => [
    `${paint('yellow', 'lost')}       ${event.function} ${event.pid} (${event.how}); another one takes its place`,
  ],
  'invocation-failed': (event, paint) => [
    `${paint('red', 'failed')}     an invocation of the ${event.function}: ${event.reason}`,
  ],
  'dead-letter': ({ queue, body }, paint) => [
    `${paint('red', 'given up')}   a message${queue === undefined ? '' : ` of ${queue}`} that failed again and again: ${printable(body)}`,
  ],
  output: (event, paint) => {
    const [first, ...more] = logLines(event.line);
    if (first === undefined) return [];
    return [`${paint('dim', `${shortName(event.function)} ${event.pid}`)}  ${first}`, ...indented(more)];
  },
  request: ({ line, reason }, paint) => [
    `${paint('dim', 'request')}    ${requestLine(line)}`,
    ...(reason === undefined ? [] : [`           ${paint('yellow', 'refused')}: ${reason}`]),
  ],
  'call-denied': ({ message }, paint) => [`${paint('red', 'denied')}     ${message}`],
  'not-called': ({ source, reason }, paint) => [`${paint('red', 'not called')} by ${source}: ${reason}`],
  throttled: (event, paint) => [
    `${paint('yellow', 'throttled')}  ${shortName(event.function)} has as many sandboxes as it may have`,
  ],
  'sandbox-ended': (event, paint) =>
    event.how === 'idle' || event.how === 'stopped'
      ? []
      : [`${paint('yellow', 'lost')}       ${shortName(event.function)} ${event.pid} (${event.how})`],
  'init-failed': (event, paint) => [
    `${paint('red', 'failed')}     ${shortName(event.function)} could not load its code: ${describeInitError(event.errorType)}`,
  ],
  'invocation-ended': (event, paint) =>
    event.status === 'success'
      ? []
      : [
          `${paint('red', 'failed')}     an invocation of ${shortName(event.function)}: ${event.errorType ?? event.status}`,
        ],
  'event-retried': (event, paint) => [
    `${paint('yellow', 'again')}      ${shortName(event.function)} in ${event.inMs / 1000} s, after ${event.attempts} attempts`,
  ],
  'event-dropped': (event, paint) => [
    `${paint('red', 'given up')}   an event of ${shortName(event.function)}: ${event.reason}`,
  ],
  'node-differs': (event, paint) => [
    `${paint('yellow', 'node')}       ${shortName(event.function)} is for ${event.runtime}, and runs here in Node ${event.node}`,
  ],
  'sandbox-started': () => [],
  'invocation-started': () => [],
};

function describeEvent<Kind extends CloudEvent['kind']>(event: EventOfKind<Kind>, paint: Paint): string[] {
  return DESCRIPTIONS[event.kind](event, paint);
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `           ${printable(line)}`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
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
