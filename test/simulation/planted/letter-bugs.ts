/** Mistakes around letters: messages that are accepted in the run item. */
import type { PlantedBug } from './planted-bug.ts';

export const letterBugs: readonly PlantedBug[] = [
  {
    name: 'a release drops the letters of messages that stay',
    file: 'lib/memory/run-state.ts',
    find: `lettersSeen.includes(id) && inboxIds.includes(id)`,
    put: `lettersSeen.includes(id) && inboxIds.length < 0`,
  },
  {
    name: 'what tells of new messages brings their ids and not their letters',
    file: 'lib/engine/turn-state.ts',
    find: `this.inboxIds = run.inboxIds;
    this.letters = run.letters;
  }`,
    put: `this.inboxIds = run.inboxIds;
  }`,
  },
  {
    name: 'a run item takes any number of letters',
    file: 'lib/memory/run-state.ts',
    find: `letters.length >= MOST_LETTERS`,
    put: `letters.length >= 50`,
  },
  {
    name: 'a message with an idempotency key is a letter',
    file: 'lib/ports/letters.ts',
    find: `if (digest !== undefined || (`,
    put: `if ((digest !== undefined && kind !== 'signal') || (`,
  },
  {
    name: 'who is told to put its message first takes it for accepted',
    file: 'lib/client/send-message.ts',
    find: `if (asLetter !== undefined && asLetter.acceptance.kind !== 'put-first') {`,
    put: `if (asLetter?.acceptance.kind === 'put-first') return 'sent';
  if (asLetter !== undefined) {`,
  },
  {
    name: 'a letter is accepted, and its message forgotten',
    file: 'lib/memory/run-state.ts',
    find: `{ letters: [...letters, letter] }`,
    put: `{ letters }`,
  },
];
