import { EXIT } from './exit-codes.ts';

/** What ends a command before it has done its work: one line for a person, a code for a script. */
export class CliError extends Error {
  static {
    this.prototype.name = 'CliError';
  }
  readonly exitCode: number;
  /** Printed with `--json`, beside the message. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(exitCode: number, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.exitCode = exitCode;
    this.details = details;
  }
}

export function usageError(message: string): CliError {
  return new CliError(EXIT.usage, message);
}
