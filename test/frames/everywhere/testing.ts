/** `lull/testing` for tests that know nothing of frames: each run is stored and restored at each await. */
import * as kit from '../../../lib/testing/index.ts';

export * from '../../../lib/testing/index.ts';

export const createTestEngine: typeof kit.createTestEngine = (options) =>
  kit.createTestEngine({ frames: true, ...options });

export const crashEverywhere: typeof kit.crashEverywhere = (options) =>
  kit.crashEverywhere({ frames: true, ...options });
