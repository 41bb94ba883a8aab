/** `lull update`: asks a run to carry out an update, and waits for the answer. */
import { Option } from 'commander';
import type { EngineVerb } from '../engine-verb.ts';
import { type AnswerOptions, askUntilAnswered, DEFAULT_WAIT } from '../engine/ask-until-answered.ts';
import { pathOf } from '../engine/engine.ts';
import { findRunId } from '../engine/find-run.ts';
import { readJson } from '../read-json.ts';

export const update: EngineVerb<AnswerOptions & { readonly inputFile?: string }> = {
  name: 'update',
  summary: 'ask a run to carry out an update, and wait for the answer: it is JSON',
  arguments: [
    ['<run>', 'its id, or latest'],
    ['<name>', "the update's name"],
    ['[input]', 'JSON; - reads it from standard input'],
  ],
  options: [
    new Option('--input-file <path>', 'a file that has the input'),
    new Option('--idempotency-key <key>', 'the same key again is the same update, and has its answer'),
    new Option('--wait <duration>', `how long to wait for the answer (default: ${DEFAULT_WAIT})`),
  ],
  examples: [[`lull update cart-ada add '{"sku":"tea","cents":450}'`, 'Put something into a cart']],
  async act(call, run = '', name = '', text) {
    const body = await readJson({ text, file: call.options.inputFile, what: 'input' }, call.surroundings);
    const path = pathOf('runs', await findRunId(call.engine, run), 'updates', name);
    return askUntilAnswered(call, { path, body, what: 'the update' });
  },
};
