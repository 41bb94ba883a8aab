/** What encryption adds: to a run, and for the data keys of a process. KMS is asked by a payload key that counts. */
import { createLocalKey } from '../../lib/encryption/local-key.ts';
import type { PayloadKey } from '../../lib/ports/payload-key.ts';
import { step, workflow } from 'lull';
import { createBench } from '../harness.ts';
import { openDynalite, type BenchStore } from '../stores.ts';

export interface EncryptionUsage {
  readonly name: string;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly keyRequests: number;
}

const threeSteps = workflow('threeSteps', function* () {
  for (const name of ['one', 'two', 'three']) yield* step(name, () => 1);
});

/** More than without a payload key. */
export async function countEncryption(): Promise<EncryptionUsage[]> {
  let keyRequests = 0;
  const payloadKey = counting(createLocalKey('counted'), () => (keyRequests += 1));
  const [plain, sealed] = [
    await openDynalite({ isMetered: true }),
    await openDynalite({ isMetered: true, payloadKey }),
  ];
  try {
    await play(plain);
    const without = await play(plain);
    const measure = async (name: string): Promise<EncryptionUsage> => {
      const asked = keyRequests;
      const { writeUnits, readUnits } = await play(sealed);
      return {
        ...{ name, writeUnits: writeUnits - without.writeUnits, readUnits: readUnits - without.readUnits },
        keyRequests: keyRequests - asked,
      };
    };
    return [
      await measure('a run of three steps, for which the data key of the week is made'),
      await measure('a run of three steps, whose data key is in memory'),
    ];
  } finally {
    await plain.close();
    await sealed.close();
  }
}

async function play(store: BenchStore): Promise<{ readonly writeUnits: number; readonly readUnits: number }> {
  const bench = createBench(store, { threeSteps }, { stepMs: 1 });
  store.takeCounts();
  await bench.client.start(threeSteps);
  await bench.work();
  const { writeUnits = Number.NaN, readUnits = Number.NaN } = store.takeCounts();
  return { writeUnits, readUnits };
}

function counting(key: PayloadKey, count: () => void): PayloadKey {
  const counted = <T>(asking: Promise<T>): Promise<T> => {
    count();
    return asking;
  };
  return {
    name: key.name,
    generate: (context) => counted(key.generate(context)),
    unwrap: (wrapped, context) => counted(key.unwrap(wrapped, context)),
    wrap: (secret, context) => counted(key.wrap(secret, context)),
  };
}
