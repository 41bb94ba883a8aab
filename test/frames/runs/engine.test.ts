/** CPython's scenarios on the whole engine, restored at each await point. */
import { describeOnEngine } from '../../asyncio/on-engine.ts';

describeOnEngine('on the engine, restored from a snapshot at every await point, a run logs what CPython logs', () => ({
  frames: true,
}));
