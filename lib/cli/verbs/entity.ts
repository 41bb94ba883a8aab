/** `lull entity`: calls a handler or a read of an entity. */
import { Option } from 'commander';
import type { EngineVerb } from '../engine-verb.ts';
import { type AnswerOptions, askUntilAnswered, DEFAULT_WAIT } from '../engine/ask-until-answered.ts';
import { pathOf } from '../engine/engine.ts';
import { readJson } from '../read-json.ts';

export const entity: EngineVerb<AnswerOptions & { readonly inputFile?: string }> = {
  name: 'entity',
  summary: 'call a handler or a read of an entity: the answer is JSON',
  arguments: [
    ['<name>', "the entity's name"],
    ['<key>', 'which of them'],
    ['<handler>', 'a handler, or a read'],
    ['[args]', 'JSON: an array of the arguments, or the only one; - reads it from standard input'],
  ],
  options: [
    new Option('--input-file <path>', 'a file that has the arguments'),
    new Option('--idempotency-key <key>', 'the same key again is the same call, and has its answer'),
    new Option('--wait <duration>', `how long to wait for the answer (default: ${DEFAULT_WAIT})`),
  ],
  examples: [
    ['lull entity counter home add 1', 'Add one to a counter'],
    ['lull entity counter home get', 'Read it'],
  ],
  async act(call, name = '', key = '', handler = '', text) {
    const body = await readJson({ text, file: call.options.inputFile, what: 'arguments' }, call.surroundings);
    return askUntilAnswered(call, { path: pathOf('entities', name, key, handler), body, what: 'the call' });
  },
};
