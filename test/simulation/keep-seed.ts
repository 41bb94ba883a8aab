/** Seeds that failed once: their plans are kept, and run for ever. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Plan } from './plan.ts';

export interface KeptSeed {
  /** What was wrong, in a sentence. */
  readonly found: string;
  /** It shows where runs are stored only: it is played where the simulator is compiled. */
  readonly isCompiled?: true;
  readonly plan: Plan;
}

export function readKeptSeeds(file: string): KeptSeed[] {
  return JSON.parse(readFileSync(file, 'utf8')) as KeptSeed[];
}

export function keepSeed(file: string, seed: KeptSeed): void {
  const kept = { ...seed, found: withoutStacks(seed.found) };
  const lines = [...readKeptSeeds(file), kept].map((each) => `  ${JSON.stringify(each)}`);
  writeFileSync(file, `[\n${lines.join(',\n')}\n]\n`);
}

/** Of the errors that it tells, as JSON, in whose lines are the paths of this machine. */
function withoutStacks(text: string): string {
  return text.replaceAll(/,"stack":"(?:[^"\\]|\\.)*"/g, '');
}
