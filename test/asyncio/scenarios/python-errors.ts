/** Python's errors that scenarios raise themselves. */

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
