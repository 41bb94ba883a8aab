/** Each rule on its cases: as TypeScript, and as JavaScript where a case is that too. */
import { Linter, RuleTester } from 'eslint';
import { parser } from 'typescript-eslint';
import { afterAll, describe, it } from 'vitest';
import { rules } from '../../lib/eslint/index.ts';
import type { Case, Cases } from './cases/case.ts';
import { noFloatingAwaitables } from './cases/no-floating-awaitables.ts';
import { noIoInWorkflows } from './cases/no-io-in-workflows.ts';
import { noMutationInSteps } from './cases/no-mutation-in-steps.ts';
import { noOutsideState } from './cases/no-outside-state.ts';
import { noPlainYield } from './cases/no-plain-yield.ts';
import { noPromises } from './cases/no-promises.ts';
import { noRepeatedAwait } from './cases/no-repeated-await.ts';
import { noSwallowedCancellation } from './cases/no-swallowed-cancellation.ts';
import { uniqueStepNames } from './cases/unique-step-names.ts';
import { validDuration } from './cases/valid-duration.ts';

const cases: Record<keyof typeof rules, Cases> = {
  'no-floating-awaitables': noFloatingAwaitables,
  'no-io-in-workflows': noIoInWorkflows,
  'no-mutation-in-steps': noMutationInSteps,
  'no-outside-state': noOutsideState,
  'no-plain-yield': noPlainYield,
  'no-promises': noPromises,
  'no-repeated-await': noRepeatedAwait,
  'no-swallowed-cancellation': noSwallowedCancellation,
  'unique-step-names': uniqueStepNames,
  'valid-duration': validDuration,
};

const places = [
  { language: 'TypeScript', options: { languageOptions: { parser } }, isPlayed: () => true },
  { language: 'JavaScript', options: {}, isPlayed: isJavaScript },
];

Object.assign(RuleTester, { describe, it, afterAll });

describe.each(places)('$language', ({ options, isPlayed }) => {
  for (const [name, { valid, invalid }] of Object.entries(cases)) {
    const played = { valid: valid.filter(isPlayed), invalid: invalid.filter(isPlayed) };
    new RuleTester(options).run(name, rules[name as keyof typeof rules], played);
  }
});

function isJavaScript({ code }: Case): boolean {
  return new Linter().verify(code, []).every(({ fatal }) => !fatal);
}
