/** Code that is older than what a run has done: a patch was taken that it does not know, and it cannot follow. */
import type { Code } from '../world/code.ts';
import { patchOfNewStep } from '../world/patches.ts';
import type { RunLedger } from './run-ledger.ts';

export function isBehind(code: Code | undefined, { commands }: RunLedger): boolean {
  if (code === undefined) return false;
  for (const command of commands.values()) {
    const patch = patchOfNewStep(command);
    if (patch !== undefined && patch >= code.patches) return true;
  }
  return false;
}
