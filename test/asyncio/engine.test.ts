import { describeOnEngine } from './on-engine.ts';

describeOnEngine('on the engine, straight through, a run logs what CPython logs', () => ({}));

describeOnEngine('on the engine, rebuilt from its journal at every await point, a run logs what CPython logs', () => ({
  rebuildAtEveryAwait: true,
}));

describeOnEngine(
  'on the engine, with a cold worker for each turn and a turn for each timer, it does so as well',
  () => ({
    settings: { hotWaitMs: 0, maxWarmRuns: 0 },
  }),
);

describeOnEngine('on the engine, with every wake twice and a turn for each timer, it does so as well', () => ({
  settings: { hotWaitMs: 0 },
  faults: { wakes: { repeat: 1 } },
}));
