/** The payloads of invocations that Lambda itself ends: what it says of a process that died, took too long or too much. */

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const SIGNAL_NAMES: Partial<Record<NodeJS.Signals, string>> = {
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGHUP: 'hangup',
  SIGILL: 'illegal instruction',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGPIPE: 'broken pipe',
  SIGQUIT: 'quit',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
  SIGTRAP: 'trace/breakpoint trap',
};

/** `exit status 1`, `signal: killed`. */
export function describeEnd({ code, signal }: ProcessEnd): string {
  if (signal) return `signal: ${SIGNAL_NAMES[signal] ?? signal}`;
  return `exit status ${code ?? 0}`;
}

/** The process ended on its own, or was killed. */
export function exitError(requestId: string, end: ProcessEnd): string {
  const isSilent = end.signal === null && end.code === 0;
  const reason = isSilent ? 'without providing a reason' : `with error: ${describeEnd(end)}`;
  return payloadOf('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited ${reason}`);
}

export function outOfMemoryError(requestId: string): string {
  return payloadOf(
    'Runtime.OutOfMemory',
    `RequestId: ${requestId} Error: Runtime exited with error: ${describeEnd({ code: null, signal: 'SIGKILL' })}`,
  );
}

export function timeoutError(requestId: string, timeoutMs: number): string {
  const seconds = (timeoutMs / 1000).toFixed(2);
  return payloadOf('Sandbox.Timedout', `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`);
}

export function responseTooLargeError(limitBytes: number): string {
  return payloadOf(
    'Function.ResponseSizeTooLarge',
    `Response payload size exceeded maximum allowed payload size (${limitBytes} bytes).`,
  );
}

/** What a payload of an error calls itself. */
export function errorTypeOf(payload: string): string {
  try {
    const { errorType } = JSON.parse(payload) as { errorType?: unknown };
    if (typeof errorType === 'string') return errorType;
  } catch {
    // a function may answer with what it likes
  }
  return 'Runtime.Unknown';
}

function payloadOf(errorType: string, errorMessage: string): string {
  return JSON.stringify({ errorType, errorMessage });
}
