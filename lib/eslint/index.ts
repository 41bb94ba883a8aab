/** `lull/eslint`: rules for workflow code. */
import type { ESLint, Linter, Rule } from 'eslint';
import { noFloatingAwaitables } from './rules/no-floating-awaitables.ts';
import { noIoInWorkflows } from './rules/no-io-in-workflows.ts';
import { noMutationInSteps } from './rules/no-mutation-in-steps.ts';
import { noOutsideState } from './rules/no-outside-state.ts';
import { noPlainYield } from './rules/no-plain-yield.ts';
import { noPromises } from './rules/no-promises.ts';
import { noRepeatedAwait } from './rules/no-repeated-await.ts';
import { noSwallowedCancellation } from './rules/no-swallowed-cancellation.ts';
import { uniqueStepNames } from './rules/unique-step-names.ts';
import { validDuration } from './rules/valid-duration.ts';

/**
 * The rules by their names, which a configuration writes with `lull/` in front.
 *
 * @example
 * ```ts
 * Object.keys(rules).includes('valid-duration'); // => true
 * ```
 */
export const rules = {
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
} satisfies Record<string, Rule.RuleModule>;

const plugin: ESLint.Plugin = { meta: { name: 'lull' }, rules };

/**
 * Configurations for ESLint's flat config, from ESLint 9 on. `recommended` switches all rules on, as errors.
 *
 * A file that does not import lull is left alone, so it may be used for all files. Without information about types,
 * which typescript-eslint can give, calls of functions of other files are not recognized.
 *
 * @example
 * ```ts
 * const config = [configs.recommended];
 * config[0]?.rules?.['lull/valid-duration']; // => 'error'
 * ```
 */
export const configs: { readonly recommended: Linter.Config } = {
  recommended: {
    name: 'lull/recommended',
    plugins: { lull: plugin },
    rules: Object.fromEntries(Object.keys(rules).map((name) => [`lull/${name}`, 'error'])),
  },
};

export default { ...plugin, configs };
