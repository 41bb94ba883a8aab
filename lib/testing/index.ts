/** `lull/testing`: for those who test workflows. */
export { crashEverywhere, OutcomeChangedError } from './crash-everywhere.ts';
export type { CrashEverywhereOptions, CrashReport } from './crash-everywhere.ts';
export { createTestEngine } from './create-test-engine.ts';
export type { TestEngine, TestEngineOptions } from './create-test-engine.ts';
export type { Faults } from './faults.ts';
export type { StepMock } from './step-bodies.ts';
export { RunStuckError } from './waiting.ts';
export { MemoryStore, type MemoryStoreOptions } from '../memory/memory-store.ts';
