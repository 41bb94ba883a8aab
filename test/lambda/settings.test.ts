import { describe, expect, it } from 'vitest';
import { sleep, workflow } from 'lull';
import { createWorkerHandler } from '../../functions/create-worker-handler.ts';
import { findSettingProblems, SETTING_RANGES } from '../../lib/ports/deployed-settings.ts';
import { DEFAULT_SETTINGS } from '../../lib/engine/settings.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { BUCKET_LIMITS, TABLE_LIMITS } from '../../lib/ports/content-limits.ts';
import { silent } from '../testing/silent.ts';

const nap = workflow('nap', function* () {
  yield* sleep('1s');
});
const TABLE = { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes' };

async function invoke(settings: string | undefined): Promise<unknown> {
  const handler = createWorkerHandler([nap], {
    environment: { ...TABLE, LULL_SETTINGS: settings },
    store: new MemoryStore(),
    wakes: { send: () => Promise.resolve() },
    log: silent,
  });
  return handler({ Records: [] }, { getRemainingTimeInMillis: () => 10_000 });
}

describe('LULL_SETTINGS', () => {
  it.each([undefined, '', ' ', '{}', '{"maxTasks":20000,"strict":true}'])('may be %j', async (text) => {
    expect(await invoke(text)).toEqual({ batchItemFailures: [] });
  });

  it.each(['nonsense', '[]', 'null', '7', '"maxTasks"', '{"maxTasks":'])('cannot be %j', async (text) => {
    await expect(invoke(text)).rejects.toMatchObject({
      code: 'ENVIRONMENT',
      message: expect.stringContaining(`LULL_SETTINGS is ${JSON.stringify(text)}`) as string,
    });
  });

  it('is refused with all that is wrong in it at once', async () => {
    await expect(invoke('{"maxTask":5,"maxTasks":"5","leaseMs":5,"strict":1,"__proto__":{}}')).rejects.toThrow(
      /no setting "maxTask": there are .+; .*maxTasks is "5", .+; .*no setting "leaseMs".+; .*strict is 1, .+; .*no setting "__proto__"/,
    );
  });
});

describe('the range of each setting', () => {
  it.each(Object.entries(SETTING_RANGES))('of %s is held, and has the default in it', (name, { from, to }) => {
    for (const value of [from, to]) expect(findSettingProblems({ [name]: value }, BUCKET_LIMITS)).toEqual([]);
    for (const value of [from - 1, to + 1, from + 0.5, NaN, Infinity, String(from), null]) {
      expect(findSettingProblems({ [name]: value }, BUCKET_LIMITS), String(value)).toHaveLength(1);
    }
    const byDefault = (DEFAULT_SETTINGS as unknown as Record<string, number>)[name] ?? TABLE_LIMITS.valueBytes;
    expect(byDefault).toBeGreaterThanOrEqual(from);
    expect(byDefault).toBeLessThanOrEqual(to);
  });

  it('is there for every number of the engine that has no other way to be set', () => {
    const numbers = Object.entries(DEFAULT_SETTINGS).filter(([, value]) => typeof value === 'number');
    expect(Object.keys(SETTING_RANGES).sort()).toEqual(
      [...numbers.map(([name]) => name).filter((name) => name !== 'leaseMs'), 'maxValueBytes'].sort(),
    );
  });

  it('of a value is what the store takes', () => {
    expect(findSettingProblems({ maxValueBytes: 350_001 }, TABLE_LIMITS)).toEqual([
      'maxValueBytes is 350001, and can be a whole number from 1000 to 350000',
    ]);
  });
});
