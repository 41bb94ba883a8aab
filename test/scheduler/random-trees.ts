/** Random trees of coroutines with steps and signals, beyond what asyncio has: what a run may be made of. */
import fc from 'fast-check';
import {
  type Awaitable,
  type Coroutine,
  createTask,
  gather,
  now,
  race,
  random,
  shield,
  signal,
  sleep,
  step,
  taskGroup,
  timeout,
  waitFor,
} from 'lull';
import type { JournalEvent } from '../../lib/journal/event.ts';
import { START_MS } from './drive.ts';

export type Tree =
  | { readonly kind: 'step'; readonly fails: boolean }
  | { readonly kind: 'sleep'; readonly delayMs: number }
  | { readonly kind: 'receive' | 'receive-nowait' | 'random' }
  | { readonly kind: 'cancel'; readonly task: number }
  | { readonly kind: 'sequence' | 'gather' | 'settle' | 'race' | 'group'; readonly of: readonly Tree[] }
  | { readonly kind: 'limited'; readonly of: readonly Tree[]; readonly limit: number }
  | { readonly kind: 'spawn' | 'shield' | 'attempt'; readonly of: Tree }
  | { readonly kind: 'timeout' | 'wait-for'; readonly of: Tree; readonly delayMs: number };

const delayMs = fc.integer({ min: 0, max: 50 });

export const trees: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree; leaf: Tree }>((tie) => ({
  leaf: fc.oneof(
    fc.record({ kind: fc.constant('step' as const), fails: fc.boolean() }),
    fc.record({ kind: fc.constant('sleep' as const), delayMs }),
    fc.record({ kind: fc.constantFrom('receive' as const, 'receive-nowait' as const, 'random' as const) }),
    fc.record({ kind: fc.constant('cancel' as const), task: fc.nat(5) }),
  ),
  tree: fc.oneof(
    { maxDepth: 4, depthSize: 'medium' },
    tie('leaf'),
    fc.record({
      kind: fc.constantFrom(
        'sequence' as const,
        'gather' as const,
        'settle' as const,
        'race' as const,
        'group' as const,
      ),
      of: fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
    }),
    fc.record({
      kind: fc.constant('limited' as const),
      of: fc.array(tie('tree'), { maxLength: 5 }),
      limit: fc.integer({ min: 1, max: 3 }),
    }),
    fc.record({ kind: fc.constantFrom('spawn' as const, 'shield' as const, 'attempt' as const), of: tie('tree') }),
    fc.record({ kind: fc.constantFrom('timeout' as const, 'wait-for' as const), of: tie('tree'), delayMs }),
  ),
})).tree;

/** Signals, and at most one request to cancel, at random times. */
export const messages: fc.Arbitrary<JournalEvent[]> = fc
  .tuple(fc.array(fc.nat(60), { maxLength: 6 }), fc.option(fc.nat(60), { freq: 2 }))
  .map(([signalsAt, cancelAt]) => [
    ...signalsAt.map((at, index): JournalEvent => ({
      kind: 'signal-received',
      messageId: `m${index}`,
      atMs: START_MS + at,
      name: 'news',
      payload: index,
    })),
    ...(cancelAt === null
      ? []
      : [{ kind: 'cancel-requested', messageId: 'c', atMs: START_MS + cancelAt, reason: 'enough' } as const]),
  ])
  .map((events) => events.sort((a, b) => a.atMs - b.atMs));

const news = signal<number>('news');

/** The tree as the body of a run: it logs what each part gave, when, and how it ended. */
export function toBody(tree: Tree, log: (line: string) => void): () => Coroutine<unknown> {
  return function* () {
    const tasks: { cancel(): boolean }[] = [];
    const grow = (part: Tree): Coroutine<unknown> => told(part, meaning(part));
    const growAll = (parts: readonly Tree[]): Awaitable<unknown>[] => parts.map(grow);
    function* told(part: Tree, coroutine: Coroutine<unknown>): Coroutine<unknown> {
      try {
        const value = yield* coroutine;
        log(`${now().getTime() - START_MS} ${part.kind} gave ${JSON.stringify(value)}`);
        return value;
      } catch (error) {
        log(`${now().getTime() - START_MS} ${part.kind} threw ${(error as Error).name}`);
        throw error;
      }
    }
    function* meaning(part: Tree): Coroutine<unknown> {
      switch (part.kind) {
        case 'step':
          return yield* step(part.fails ? 'failing' : 'giving', () => {
            if (part.fails) throw new Error('boom');
            return 'given';
          });
        case 'sleep':
          return yield* sleep(part.delayMs, part.delayMs);
        case 'receive':
          return yield* news.receive();
        case 'receive-nowait':
          return news.pending() > 0 ? news.receiveNowait() : null;
        case 'random':
          return random();
        case 'cancel':
          return tasks[part.task]?.cancel() ?? null;
        case 'sequence': {
          const values: unknown[] = [];
          for (const one of part.of) values.push(yield* grow(one));
          return values;
        }
        case 'gather':
          return yield* gather(growAll(part.of));
        case 'settle':
          return (yield* gather(growAll(part.of), { returnExceptions: true })).map(String);
        case 'limited':
          return yield* gather(growAll(part.of), { limit: part.limit });
        case 'race':
          return yield* race(growAll(part.of));
        case 'group':
          return yield* taskGroup(function* (group) {
            for (const one of part.of) tasks.push(group.createTask(grow(one)));
            yield* sleep(0);
          });
        case 'spawn':
          return tasks.push(createTask(grow(part.of)));
        case 'shield':
          return yield* shield(grow(part.of));
        case 'attempt':
          try {
            return yield* grow(part.of);
          } catch (error) {
            return String(error);
          }
        case 'timeout':
          return yield* timeout(part.delayMs, grow(part.of));
        case 'wait-for':
          return yield* waitFor(grow(part.of), part.delayMs);
      }
    }
    return yield* grow(tree);
  };
}
