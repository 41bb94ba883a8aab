/** How the simulator is bundled: as it is, and with bugs in it. */
import type { BuildOptions } from 'esbuild';

export const bundleOptions = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  conditions: ['lull-source'],
  external: ['@aws-sdk/*', 'dynalite'],
  logLevel: 'warning',
} satisfies BuildOptions;
