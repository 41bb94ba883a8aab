import type { Line } from '../stage.ts';

/** A line of output as the functions' logger writes it; nothing for what somebody else has written. */
export function linesOf(output: string): Line[] {
  try {
    const { level, message, runId } = JSON.parse(output) as Partial<Line>;
    return typeof level === 'string' && typeof message === 'string' ? [{ level, message, runId }] : [];
  } catch {
    return [];
  }
}
