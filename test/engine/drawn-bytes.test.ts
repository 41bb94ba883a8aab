import { describe, expect, it } from 'vitest';
import { type Coroutine, step, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { withGuard, type GuardedRun } from '../../lib/engine/guard.ts';

async function played<T>(body: () => Coroutine<T>): Promise<T> {
  const guarded = workflow('guarded', body);
  return await createTestEngine({ workflows: [guarded] }).run(guarded);
}

describe('bytes that workflow code draws', () => {
  const draw = (array: Uint8Array | Float32Array) =>
    withGuard(drawing, () => crypto.getRandomValues(array as Uint8Array));
  const drawing: GuardedRun = {
    ...{ workflow: 'w', startedAtMs: 0, nowMs: () => 7, random: () => 0.5 },
    ...{ codeLocation: () => 'here', replaying: () => false },
  };

  it('are refused where they fill a pool that outlives the run', () => {
    const pool = new Uint8Array(65);
    expect(() => draw(pool)).toThrow(
      /^crypto\.getRandomValues\(\), for 65 bytes, was used .* use uuid\(\) or random\(\)/,
    );
    expect(() => draw(pool)).toThrow(expect.objectContaining({ code: 'FORBIDDEN_GLOBAL' }) as Error);
    expect(pool.every((byte) => byte === 0)).toBe(true);
    expect(draw(pool.subarray(1)).every((byte) => byte === 128)).toBe(true);
    expect(() => draw(Buffer.alloc(256))).toThrow('for 256 bytes');
  });

  it('are refused as Node refuses them where they cannot be', () => {
    expect(() => draw(new Float32Array(1))).toThrow(expect.objectContaining({ name: 'TypeMismatchError' }) as Error);
  });

  it('do not reach a step by way of such a pool', async () => {
    const pool: number[] = []; // as nanoid has it
    const token = (): string => {
      if (pool.length < 8) pool.push(...crypto.getRandomValues(new Uint8Array(512)));
      return pool.splice(0, 8).join();
    };
    const tokens = new Set<string>();
    for (const attempt of [1, 2]) {
      pool.length = 0;
      const error = await played(function* () {
        token();
        yield* step(`token ${attempt}`, () => 1);
      }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'FORBIDDEN_GLOBAL' });
      tokens.add(token());
    }
    expect(tokens.size).toBe(2);
  });
});
