import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import { register } from 'tsx/esm/api';
import tseslint from 'typescript-eslint';
import conventions from './test/conventions/lint/plugin.js';

// The plugin of this package, from its source.
const unregister = register();
const { configs: lull } = await import('./lib/eslint/index.ts');
await unregister();

const pureFolders = ['lib/core/**', 'lib/codec/**', 'lib/journal/**', 'lib/api/**', 'lib/scheduler/**'];

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', '.lull/', 'cdk.out/', 'test/conventions/fixtures/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [js.configs.recommended, tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { conventions },
    rules: {
      'conventions/file-name': 'error',
      'conventions/glossary': 'error',
      'conventions/reasoned-disable': 'error',
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 70, IIFEs: true }],
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'], location: 'anywhere' }],
      'object-shorthand': 'error',
      'prefer-const': 'error',

      // A coroutine without an await point is a coroutine all the same.
      'require-yield': 'off',
      // A function answers a port's promise without waiting for anything itself.
      '@typescript-eslint/require-await': 'off',
      // `query<T>(name): Query<T>` names a type that only its caller knows.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // `void` as "no input" and "no result" is part of the surface.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // `Generator<Command, T, any>` is written out, as the docs have it.
      '@typescript-eslint/no-unnecessary-type-arguments': 'off',
      // A constructor may narrow what its base takes.
      '@typescript-eslint/no-useless-constructor': 'off',
      // Overloads are kept apart where they read or infer better.
      '@typescript-eslint/unified-signatures': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingAny: true, allowThrowingUnknown: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-exports': 'error',
    },
  },
  {
    // The pure zone: what it needs of the world is passed in.
    files: pureFolders,
    rules: {
      'no-restricted-globals': [
        'error',
        ...[
          'process',
          'fetch',
          'crypto',
          'performance',
          'setTimeout',
          'setInterval',
          'setImmediate',
          'queueMicrotask',
        ].map((name) => ({
          name,
          message: 'The pure zone has no clock, randomness, timers or environment: pass it in.',
        })),
      ],
      'no-restricted-syntax': [
        'error',
        { selector: ':function[async=true]', message: 'The pure zone has no promises: leave waiting to the engine.' },
        { selector: 'AwaitExpression', message: 'The pure zone has no promises: leave waiting to the engine.' },
        {
          selector: 'NewExpression[callee.name="Promise"], MemberExpression[object.name="Promise"]',
          message: 'The pure zone has no promises: leave waiting to the engine.',
        },
        {
          selector:
            'NewExpression[callee.name="Date"][arguments.length=0], MemberExpression[object.name="Date"][property.name="now"]',
          message: 'The pure zone has no clock: pass the time in.',
        },
        {
          selector: 'MemberExpression[object.name="Math"][property.name="random"]',
          message: 'The pure zone has no randomness: pass it in.',
        },
        {
          selector:
            'Program > VariableDeclaration[kind="let"], Program > ExportNamedDeclaration > VariableDeclaration[kind="let"]',
          message: 'The pure zone has no changing module variable: what it needs is passed in.',
        },
      ],
    },
  },
  {
    // Other coroutines run at each `yield*`: what TypeScript still holds for true after it may have changed.
    files: ['lib/api/**', 'functions/workflows/**', 'test/**'],
    rules: { '@typescript-eslint/no-unnecessary-condition': 'off' },
  },
  {
    // A step's body takes its context apart, `({ heartbeat }) => ...`, and may: those methods are arrow functions.
    files: ['functions/workflows/**', 'test/**'],
    rules: { '@typescript-eslint/unbound-method': 'off' },
  },
  {
    // A workflow file is replayed: what reaches outside through an import cannot be guarded, so it is forbidden here.
    files: ['functions/workflows/**'],
    rules: { 'conventions/no-node-imports': 'error' },
  },
  {
    // The rules that this package has for its users.
    files: ['functions/workflows/**', 'test/patterns/workflows/**'],
    extends: [lull.recommended],
  },
  {
    // Programs that people start and read.
    files: [
      ...[
        'lib/cli/**',
        'functions/examples/**',
        'bench/**',
        'test/conventions/{check*,reference/write}.ts',
        'test/reporter.ts',
      ],
      ...[
        'test/simulation/main.ts',
        'test/simulation/planted/{main,first-failure}.ts',
        'test/{wire,fuzz,model,conformance,nodes}/main.ts',
        'test/frames/{random,test262}/main.ts',
        'test/nodes/node-binary.ts',
        'test/asyncio/record.ts',
        'test/dynamodb/on-jar.ts',
      ],
    ],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    plugins: { conventions },
    rules: {
      'conventions/no-left-out-tests': 'error',
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    plugins: { conventions },
    rules: { 'conventions/reasoned-disable': 'error', 'no-undef': 'off' },
  },
);
