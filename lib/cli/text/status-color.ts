import type { Color } from '../paint.ts';

export function statusColor(status: string): Color | undefined {
  switch (status) {
    case 'completed':
      return 'green';
    case 'failed':
    case 'blocked':
    case 'terminated':
      return 'red';
    case 'cancelled':
    case 'paused':
      return 'yellow';
    default:
      return 'cyan';
  }
}
