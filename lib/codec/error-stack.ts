/**
 * The part of an error's stack that is stored: its frames, below the line with the name and the message, which are
 * stored by themselves. It is data like any other: recorded once, and the same on every replay.
 */

/** Ten frames and some long paths. Every kilobyte of a failure is paid for. */
export const STACK_LIMIT = 2_048;

/** The frames, at most STACK_LIMIT characters of whole lines; '' if there are none. */
export function stackFrames(error: Error): string {
  const stack = textOf(() => error.stack);
  const header = stackHeader(
    textOf(() => error.name),
    textOf(() => error.message),
  );
  const below = stack.startsWith(`${header}\n`) ? stack.slice(header.length + 1) : framesOf(stack);
  if (below.length <= STACK_LIMIT) return below;
  const end = below.lastIndexOf('\n', STACK_LIMIT);
  return end === -1 ? '' : below.slice(0, end);
}

/** The stack as it would be with this name, message and frames. */
export function stackWith(name: string, message: string, frames: string): string {
  return frames === '' ? stackHeader(name, message) : `${stackHeader(name, message)}\n${frames}`;
}

function stackHeader(name: string, message: string): string {
  if (name === '') return message;
  return message === '' ? name : `${name}: ${message}`;
}

/** For a stack whose head does not fit the error: the message was changed, or a tool rewrote it. */
function framesOf(stack: string): string {
  const at = stack.search(/\n[ \t]+at /);
  return at === -1 ? '' : stack.slice(at + 1);
}

function textOf(read: () => unknown): string {
  try {
    const text = read();
    return typeof text === 'string' ? text : '';
  } catch {
    return '';
  }
}
