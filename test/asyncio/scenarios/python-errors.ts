/** Python's errors that scenarios raise themselves. */
import { ExceptionGroup } from 'lull';

export class ValueError extends Error {
  static {
    this.prototype.name = 'ValueError';
  }
}

export class KeyError extends Error {
  static {
    this.prototype.name = 'KeyError';
  }
}

export class RuntimeError extends Error {
  static {
    this.prototype.name = 'RuntimeError';
  }
}

export class OSError extends Error {
  static {
    this.prototype.name = 'OSError';
  }
}

export class IndexError extends Error {
  static {
    this.prototype.name = 'IndexError';
  }
}

/** What `except*` catches whole. */
export function isGroupOf(error: unknown, errorClass: new () => Error): boolean {
  return error instanceof ExceptionGroup && error.split(errorClass)[1] === undefined;
}
