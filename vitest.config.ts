import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { exampleModules } from './test/conventions/example-modules.ts';
import { snippetModules } from './test/conventions/snippet-modules.ts';

// The package's own name means its source, here as in tsconfig.json.
const conditions = ['lull-source', 'node', 'development|production'];

/**
 * Tests of these folders touch nothing that outlives them: no globals, no environment, no module's state. Their files share a
 * process, which saves the loading of lull for each.
 */
const sharing = ['asyncio', 'http', 'journal', 'scheduler'].map((folder) => `test/${folder}/**/*.test.ts`);
// The README puts a first test beside its workflow, and so does a project of `lull init`.
const tests = ['test/**/*.test.ts', 'functions/**/*.test.ts', 'templates/**/*.test.ts'];
const noTests = ['test/conventions/fixtures/**'];

export default defineConfig({
  plugins: [exampleModules(import.meta.dirname), snippetModules(import.meta.dirname)],
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'sharing', isolate: false, include: sharing, typecheck: { enabled: false } },
      },
      { extends: true, test: { name: 'alone', include: tests, exclude: [...noTests, ...sharing] } },
    ],
    environment: 'node',
    maxWorkers: '100%', // the default leaves one core idle: half of the machine, where there are two
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }, // nothing reaches AWS
    // No test waits; but a busy machine makes all of them slow, and that is no failure.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    expect: { poll: { timeout: 60_000, interval: 20 } },
    execArgv: ['--conditions=lull-source'],
    reporters: ['default', join(import.meta.dirname, 'test/reporter.ts')],
    typecheck: {
      enabled: true,
      include: ['test/types/**/*.test-d.ts'],
      tsconfig: 'test/types/tsconfig.json',
      // Errors outside of the type tests are told by `npm run check`.
      ignoreSourceErrors: true,
    },
  },
});
