/** What may be done to a run that waits for its place in a pool. */
import type { Action } from '../world/act.ts';
import type { Dice } from '../world/dice.ts';

/** Of the plan's own run, while it waits or later. */
export function drawFate(dice: Dice): Action[] {
  const waitMs = Math.round(dice.magnitude(1, 30_000));
  switch (dice.pick(['none', 'none', 'cancel', 'terminate', 'pause', 'look'] as const)) {
    case 'none':
      return [];
    case 'cancel':
      return [{ do: 'cancel', reason: 'no more', waitMs, persists: true }];
    case 'terminate':
      return [{ do: 'terminate', reason: 'no more', waitMs, persists: true }];
    case 'pause':
      return [
        { do: 'pause', waitMs, persists: true },
        { do: 'resume', waitMs, persists: true },
      ];
    case 'look':
      return [{ do: 'look', waitMs, persists: false }];
  }
}
