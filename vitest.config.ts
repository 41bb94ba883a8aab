import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { viteFrames } from './lib/frames/plugins/vite-frames.ts';
import { exampleModules } from './test/conventions/example-modules.ts';
import { snippetModules } from './test/conventions/snippet-modules.ts';

// The package's own name means its source, here as in tsconfig.json.
const conditions = ['lull-source', 'node', 'development|production'];

/**
 * Each of these has a process of its own: it looks at what a process has of globals, classes and copies of lull, or needs the
 * whole stack. All others share processes, which saves the loading of lull for each: they leave nothing behind.
 */
const alone = [
  ...['adversarial/second-copy', 'adversarial/costly-json-error', 'codec/registered', 'core/class-registry'],
  ...['conventions/examples', 'engine/guarded-globals', 'api/batch'],
].map((file) => `test/${file}.test.ts`);
// The README puts a first test beside its workflow, and so does a project of `lull init`.
const tests = ['test/**/*.test.ts', 'functions/**/*.test.ts', 'templates/**/*.test.ts'];
const noTests = ['test/conventions/fixtures/**'];
/** Their runs are stored and restored: all that such a run is made of is compiled for it, lull and the tests too. */
const compiled = ['test/frames/runs/**/*.test.ts'];

export default defineConfig({
  plugins: [exampleModules(import.meta.dirname), snippetModules(import.meta.dirname)],
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'sharing',
          isolate: false,
          setupFiles: [join(import.meta.dirname, 'test/left-behind.ts')],
          include: tests,
          exclude: [...noTests, ...alone, ...compiled],
          typecheck: { enabled: false },
        },
      },
      { extends: true, test: { name: 'alone', include: alone } },
      {
        extends: true,
        plugins: [viteFrames()],
        test: { name: 'compiled', isolate: false, include: compiled, typecheck: { enabled: false } },
      },
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
