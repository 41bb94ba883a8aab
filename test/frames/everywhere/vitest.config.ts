/** `npm run frames:everywhere`: tests of workflows, compiled, with each run stored and restored at each await. */
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { viteFrames } from '../../../lib/frames/plugins/vite-frames.ts';

const root = join(import.meta.dirname, '../../..');
const conditions = ['lull-source', 'node', 'development|production'];

export default defineConfig({
  root,
  plugins: [viteFrames({ root })],
  resolve: {
    conditions,
    alias: [{ find: /^lull\/testing$/, replacement: join(import.meta.dirname, 'testing.ts') }],
  },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['test/functions/workflows/**/*.test.ts', 'test/patterns/**/*.test.ts', 'test/examples/**/*.test.ts'],
    isolate: false,
    testTimeout: 600_000,
    execArgv: ['--conditions=lull-source'],
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  },
});
