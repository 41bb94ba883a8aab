/** Programs that give values away while they go on. Readers come when something is there, and after the end. */
import { gather, signal, step, stream, workflow } from 'lull';
import type { Program } from '../program.ts';

const tokens = stream<unknown>('tokens');
const other = stream<string>('other/stream');
const goOn = signal<string>('go-on');

const storyAsItIsWritten = workflow('story-as-it-is-written', function* () {
  yield* tokens.write('title');
  yield* tokens.write({ at: new Map([['day', new Date(0)]]) });
  const name = yield* goOn.receive();
  const length = yield* step('write', (context) => {
    for (const token of ['once ', name, ' was']) context.write(tokens, token);
    context.write(other, 'beside');
    return 3;
  });
  yield* tokens.write('end');
  return length;
});

const streamOfAttempts = workflow('stream-of-attempts', function* () {
  yield* step('try', { retry: { maxAttempts: 2, firstDelay: '100ms' } }, (context) => {
    context.write(tokens, `attempt ${context.attempt}`);
    if (context.attempt === 1) throw new Error('not yet');
    context.write(tokens, 'done');
  });
  const inOrder = function* (name: string) {
    for (const n of [1, 2]) {
      yield* stream<string>(name).write(`${name}${n}`);
      yield* step(`${name}${n}`, () => null);
    }
  };
  yield* gather([inOrder('a'), inOrder('b')]);
});

export const streamPrograms: readonly Program[] = [
  {
    workflow: storyAsItIsWritten,
    acts: [
      { stream: 'tokens', values: ['title', { at: { day: '1970-01-01T00:00:00.000Z' } }] },
      { stream: 'other/stream', values: [] },
      { signal: 'go-on', payload: 'Ada' },
    ],
    ends: { status: 'completed', result: 3 },
    afterEnd: [
      {
        stream: 'tokens',
        from: 2,
        values: [{ at: { day: '1970-01-01T00:00:00.000Z' } }, 'once ', 'Ada', ' was', 'end'],
      },
      { stream: 'other/stream', values: ['beside'] },
      { stream: 'nothing', values: [] },
    ],
  },
  {
    workflow: streamOfAttempts,
    ends: { status: 'completed' },
    afterEnd: [
      { stream: 'tokens', values: ['attempt 1', 'attempt 2', 'done'] },
      { stream: 'a', values: ['a1', 'a2'] },
      { stream: 'b', from: 2, values: ['b2'] },
    ],
  },
];
