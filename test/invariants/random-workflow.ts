/** Workflows that chance writes: trees of steps, timers, tasks, limits and dice, for rules that hold for all of them. */
import fc from 'fast-check';
import {
  type Coroutine,
  createTask,
  gather,
  now,
  race,
  random,
  sleep,
  step,
  timeout,
  TimeoutError,
  uuid,
  wait,
} from 'lull';

export type Program =
  | { readonly kind: 'step'; readonly name: string; readonly failures: number; readonly isSlow: boolean }
  | { readonly kind: 'sleep'; readonly ms: number }
  | { readonly kind: 'dice' }
  | { readonly kind: 'sequence' | 'gather' | 'race' | 'tasks'; readonly of: readonly Program[] }
  | { readonly kind: 'limit'; readonly ms: number; readonly of: Program };

const leaf: fc.Arbitrary<Program> = fc.oneof(
  fc.record({
    kind: fc.constant('step' as const),
    name: fc.constantFrom('charge', 'ship', 'mail'),
    failures: fc.constantFrom(0, 0, 0, 1, 2),
    isSlow: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('sleep' as const), ms: fc.constantFrom(0, 1, 700, 5_000, 3_600_000) }),
  fc.record({ kind: fc.constant('dice' as const) }),
);

export const programs: fc.Arbitrary<Program> = fc.letrec<{ program: Program }>((tie) => ({
  program: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'program' },
    leaf,
    fc.record({
      kind: fc.constantFrom('sequence' as const, 'gather' as const, 'race' as const, 'tasks' as const),
      of: fc.array(tie('program'), { minLength: 1, maxLength: 4 }),
    }),
    fc.record({
      kind: fc.constant('limit' as const),
      ms: fc.constantFrom(1, 800, 10_000),
      of: tie('program'),
    }),
  ),
})).program;

/** What the program gives says what it has met, and when. */
export function* perform(program: Program): Coroutine<unknown> {
  switch (program.kind) {
    case 'step':
      return yield* step(program.name, { retry: { maxAttempts: 4 } }, ({ attempt }) => work(program, attempt));
    case 'sleep':
      return yield* sleep(program.ms, `slept ${program.ms}`);
    case 'dice':
      return [random(), uuid(), Math.random(), new Date().toISOString(), crypto.randomUUID(), now().getTime()];
    case 'sequence': {
      const results: unknown[] = [];
      for (const part of program.of) results.push(yield* perform(part));
      return results;
    }
    case 'gather':
      return yield* gather(program.of.map(perform));
    case 'race':
      return yield* race(program.of.map(perform));
    case 'tasks': {
      const tasks = program.of.map((part) => createTask(perform(part)));
      const { done } = yield* wait(tasks, { returnWhen: 'FIRST_COMPLETED' });
      return [...done].map((task) => task.result());
    }
    case 'limit':
      try {
        return yield* timeout(program.ms, perform(program.of));
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        return 'too late';
      }
  }
}

/** It fails as often as it should, and takes some promises or none. */
function work({ name, failures, isSlow }: Extract<Program, { kind: 'step' }>, attempt: number): unknown {
  const result = (): string => {
    if (attempt <= failures) throw new Error(`${name} failed`);
    return `${name} done`;
  };
  if (!isSlow) return result();
  return Promise.resolve()
    .then(() => Promise.resolve())
    .then(result);
}
