/** Seeds that failed once: their plans are kept, and run for ever. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Plan } from './plan.ts';

export interface KeptSeed {
  /** What was wrong, in a sentence. */
  readonly found: string;
  readonly plan: Plan;
}

export function readKeptSeeds(file: string): KeptSeed[] {
  return JSON.parse(readFileSync(file, 'utf8')) as KeptSeed[];
}

export function keepSeed(file: string, seed: KeptSeed): void {
  const lines = [...readKeptSeeds(file), seed].map((kept) => `  ${JSON.stringify(kept)}`);
  writeFileSync(file, `[\n${lines.join(',\n')}\n]\n`);
}
