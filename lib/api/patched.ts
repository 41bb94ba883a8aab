/** Changing the code of runs that are alive. asyncio has nothing like it, since its runs end with their process. */
import { checkName } from '../core/check-name.ts';
import { currentLoop } from '../core/loop.ts';

/**
 * Says whether the run takes the new code: true in every run that comes here for the first time, and from then on in
 * each of its replays; false in runs that have passed this place with the old code. A run's answer never changes.
 *
 * Keep both branches until no run with the old one is left, then replace the call with `deprecatePatch`. `id` is
 * a text of 1 to 128 characters, one for each change; else a WorkflowCodeError (`INVALID_ARGUMENT`).
 *
 * @example
 * ```ts
 * const receipt = patched('receipt-by-mail')
 *   ? yield* step('mail', () => 'mailed')
 *   : yield* step('print', () => 'printed');
 * receipt; // => 'mailed'
 * ```
 */
export function patched(id: string): boolean {
  const { patches } = currentLoop('patched()');
  checkName(id, 'a patch');
  return patches.patched(id);
}

/**
 * Says that the old branch of a patch is gone. A run that took it cannot go on with this code: it is
 * `blocked`, unchanged, until code with `patched` is deployed again. In other runs it does nothing but to record the
 * patch, so that code with `patched` may come back. Remove the call when no run from before it is left.
 *
 * @example
 * ```ts
 * deprecatePatch('receipt-by-mail');
 * yield* step('mail', () => 'mailed'); // => 'mailed'
 * ```
 */
export function deprecatePatch(id: string): void {
  const { patches } = currentLoop('deprecatePatch()');
  checkName(id, 'a patch');
  patches.deprecate(id);
}
