import { defineConfig } from 'vitest/config';

// The package's own name means its source, here as in tsconfig.json.
const conditions = ['lull-source'];

export default defineConfig({
  resolve: { conditions: [...conditions, 'module', 'node', 'development|production'] },
  ssr: {
    resolve: {
      conditions: [...conditions, 'module', 'node', 'development|production'],
      externalConditions: [...conditions, 'node'],
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    execArgv: conditions.map((condition) => `--conditions=${condition}`),
    typecheck: {
      enabled: true,
      include: ['test/types/**/*.test-d.ts'],
      tsconfig: 'test/types/tsconfig.json',
      ignoreSourceErrors: true,
    },
  },
});
