/** `lull update`: asks a run to carry out an update, and waits for the answer. */
import { Option } from 'commander';
import type { EngineVerb } from '../engine-verb.ts';
import { LONGEST_WAIT_MS, readDuration } from '../engine/await-end.ts';
import { newKey, pathOf } from '../engine/engine.ts';
import { findRunId } from '../engine/find-run.ts';
import { EXIT } from '../exit-codes.ts';
import { readJson } from '../read-json.ts';

interface UpdateOptions {
  readonly inputFile?: string;
  readonly idempotencyKey?: string;
  readonly wait?: string;
}

const DEFAULT_WAIT = '5m';

export const update: EngineVerb<UpdateOptions> = {
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
  async act({ engine, output, surroundings, options }, run = '', name = '', text) {
    const input = await readJson({ text, file: options.inputFile, what: 'input' }, surroundings);
    const untilMs = surroundings.nowMs() + readDuration(options.wait ?? DEFAULT_WAIT, '--wait');
    const key = options.idempotencyKey ?? newKey();
    const path = pathOf('runs', await findRunId(engine, run), 'updates', name);
    for (;;) {
      const leftMs = Math.max(0, untilMs - surroundings.nowMs());
      const { status, body } = await engine.ask({
        ...{ method: 'POST', path, key, body: input },
        query: { wait: `${Math.min(leftMs, LONGEST_WAIT_MS)}ms` },
      });
      if (status === 200) {
        output.document(body ?? null);
        return EXIT.ok;
      }
      if (surroundings.nowMs() < untilMs) continue;
      if (output.isJson) output.document(body);
      output.note(`the update is accepted, and has no answer yet. Ask again with --idempotency-key ${key}`);
      return EXIT.notYet;
    }
  },
};
