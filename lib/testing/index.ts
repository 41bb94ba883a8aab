/** `lull/testing`: for those who test workflows. */
export { checkReplay, type CheckReplayOptions, type FailedReplay, ReplayError } from './check-replay.ts';
export { crashEverywhere, OutcomeChangedError } from './crash-everywhere.ts';
export type { CrashEverywhereOptions, CrashReport } from './crash-everywhere.ts';
export { connectTestEngine, type ConnectedCloud, type ConnectOptions } from './connect-test-engine.ts';
export { NotRemoteError } from './remote/not-remote.ts';
export { RemoteEngineError } from './remote/remote-api.ts';
export { createTestEngine } from './create-test-engine.ts';
export type { TestEngine, TestEngineOptions } from './create-test-engine.ts';
export { createTestKey, type TestKey } from './test-key.ts';
export type { Faults } from './faults.ts';
export { replayHistory } from './replay-history.ts';
export type {
  HistoryReplayed,
  ReplayDiffers,
  ReplayedToEnd,
  ReplayedToWait,
  ReplayFailed,
  ReplayHistoryOptions,
} from './replay-history.ts';
export { ReplayDiffersError } from './compare-with-replay.ts';
export type { StepMock } from './step-bodies.ts';
export { RunStuckError } from './waiting.ts';
export type { MemoryTable, TableKeys } from '../memory/tables/memory-tables.ts';
export { MemoryStore, type MemoryStoreOptions } from '../memory/memory-store.ts';
