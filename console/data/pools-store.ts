/** The pools of the engine, kept as they are while they are shown. */
import type { PoolAnswer, PoolRow } from '../../lib/cli/engine/answers.ts';
import { ask } from './ask.ts';
import { NamedStore } from './named-store.ts';

export const poolStore = new NamedStore<PoolRow, PoolAnswer>({
  view: 'pools',
  readAll: async (stopping) => [...(await ask<{ pools: readonly PoolRow[] }>('/pools', { signal: stopping })).pools],
});
