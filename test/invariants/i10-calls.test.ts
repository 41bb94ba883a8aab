/** I10: what one call in workflow code may be given has limits. */
import { step, workflow, type Coroutine } from 'lull';
import { createTestEngine } from 'lull/testing';
import { expect } from 'vitest';
import { ARGUMENTS_LIMIT, digestArguments } from '../../lib/engine/digest-arguments.ts';
import { limit } from './limit-cases.ts';

async function ended<T>(body: () => Coroutine<T>): Promise<T> {
  const caller = workflow('caller', body);
  return await createTestEngine({ workflows: [caller] }).run(caller);
}

const draw = (bytes: number): Promise<number> =>
  ended(function* () {
    const drawn = crypto.getRandomValues(new Uint8Array(bytes)).length;
    yield* step('use', () => undefined);
    return drawn;
  });

limit('LARGEST_DRAW_BYTES', {
  under: async () => expect(await draw(63)).toBe(63),
  at: async () => expect(await draw(64)).toBe(64),
  over: async () => await expect(draw(65)).rejects.toMatchObject({ code: 'FORBIDDEN_GLOBAL' }),
});

const keyOf = (characters: number): Promise<string> =>
  ended(function* () {
    return yield* step('pay', { key: 'k'.repeat(characters) }, () => 'paid');
  });

limit('STEP_KEY_LIMIT', {
  under: async () => expect(await keyOf(254)).toBe('paid'),
  at: async () => expect(await keyOf(255)).toBe('paid'),
  over: async () => await expect(keyOf(256)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' }),
});

/** Whether two texts are told apart that differ in their last character alone. One character is the text's own mark. */
function areToldApart(characters: number): boolean {
  const same = 'x'.repeat(characters - 2);
  return digestArguments([`${same}a`]) !== digestArguments([`${same}b`]);
}

limit('ARGUMENTS_LIMIT', {
  under: () => expect(areToldApart(ARGUMENTS_LIMIT - 1)).toBe(true),
  at: () => expect(areToldApart(ARGUMENTS_LIMIT)).toBe(true),
  over: () => expect(areToldApart(ARGUMENTS_LIMIT + 1)).toBe(false),
});
