/** Programs that are paused and resumed. */
import { signal, sleep, workflow } from 'lull';
import type { Program } from '../program.ts';

const word = signal<string>('word');

export const pausePrograms: readonly Program[] = [
  {
    workflow: workflow('paused-and-resumed', function* () {
      const words: string[] = [yield* word.receive()];
      yield* sleep('1s');
      for (let index = 0; index < 2; index += 1) words.push(yield* word.receive());
      return words;
    }),
    acts: [
      { signal: 'word', payload: 'a' },
      { pause: true },
      { pause: true },
      { signal: 'word', payload: 'b' },
      { after: '3s', signal: 'word', payload: 'c' },
      { resume: true },
    ],
    ends: { status: 'completed', result: ['a', 'b', 'c'] },
  },
  {
    workflow: workflow('paused-and-cancelled', function* () {
      yield* word.receive();
    }),
    acts: [{ pause: true }, { signal: 'word', payload: 'waits' }, { after: '1s', terminate: 'enough' }],
    ends: { status: 'terminated', reason: 'enough' },
  },
  {
    workflow: workflow('workflow-paused-and-resumed', function* () {
      const words: string[] = [yield* word.receive()];
      yield* sleep('1s');
      words.push(yield* word.receive());
      return words;
    }),
    acts: [
      { signal: 'word', payload: 'a' },
      { workflow: 'pause' },
      { workflow: 'pause' },
      { after: '6s', signal: 'word', payload: 'b' },
      { after: '2s', workflow: 'resume' },
    ],
    ends: { status: 'completed', result: ['a', 'b'] },
  },
  {
    workflow: workflow('workflow-paused-and-cancelled', function* () {
      yield* word.receive();
    }),
    acts: [
      { workflow: 'pause' },
      { after: '6s', signal: 'word', payload: 'waits' },
      { after: '1s', terminate: 'enough' },
      { after: '2s', workflow: 'resume' },
    ],
    ends: { status: 'terminated', reason: 'enough' },
  },
];
