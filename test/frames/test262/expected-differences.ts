/** The programs that are known to differ, each for a reason. `docs/frames.md` says what they mean for a workflow. */
import type { How } from './run-program.ts';

const REFUSED = {
  eval: 'refused: direct `eval`',
  await: 'refused: `await` as a name, which no module may have',
};

const PROTOTYPE = {
  between: 'the prototype of the function is not directly beneath the one of all generators',
  taken: 'native `next` and `throw` are taken off the one of all generators, and called on the generator',
};

const BOTH: Readonly<Record<string, string>> = {
  'test/built-ins/GeneratorFunction/prototype/prototype.js': PROTOTYPE.between,
  'test/built-ins/GeneratorPrototype/Symbol.toStringTag.js': PROTOTYPE.between,
  'test/language/expressions/generators/default-proto.js': PROTOTYPE.between,
  'test/language/expressions/object/method-definition/generator-prototype-prop.js': PROTOTYPE.between,
  'test/language/statements/generators/default-proto.js': PROTOTYPE.between,
  'test/staging/sm/generators/delegating-yield-2.js': PROTOTYPE.taken,
  'test/staging/sm/generators/delegating-yield-3.js': PROTOTYPE.taken,
  'test/language/expressions/await/await-in-generator.js': REFUSED.await,
  'test/language/expressions/generators/static-init-await-binding.js': REFUSED.await,
  'test/language/expressions/generators/static-init-await-reference.js': REFUSED.await,
  'test/language/expressions/object/method-definition/static-init-await-binding-generator.js': REFUSED.await,
  'test/language/expressions/object/method-definition/static-init-await-reference-generator.js': REFUSED.await,
  'test/language/expressions/generators/named-strict-error-reassign-fn-name-in-body-in-eval.js': REFUSED.eval,
  'test/language/statements/generators/cptn-decl.js': REFUSED.eval,
  'test/staging/sm/String/split-xregexp.js': REFUSED.eval,
  'test/staging/sm/class/compPropNames.js': REFUSED.eval,
  'test/staging/sm/class/newTargetGenerators.js': REFUSED.eval,
  'test/staging/sm/generators/regress-366941.js': REFUSED.eval,
};

const STORED: Readonly<Record<string, string>> = {
  'test/language/statements/class/subclass/superclass-generator-function.js':
    'a class may extend a function declaration',
  'test/staging/sm/Set/intersection.js':
    'the set is in a variable of a block, and of what a block holds the command makes two',
  'test/staging/sm/Array/from_iterable.js': 'a Proxy sees that the array that it stands for is looked at',
};

/** Why a program is known to differ; undefined if it has to do what it does natively. */
export function expectedDifference(file: string, how: How): string | undefined {
  return BOTH[file] ?? (how === 'stored' ? STORED[file] : undefined);
}
