/** `lull signal`: sends a run a signal. */
import { Option } from 'commander';
import type { EngineVerb } from '../engine-verb.ts';
import { newKey, pathOf } from '../engine/engine.ts';
import { findRunId } from '../engine/find-run.ts';
import { EXIT } from '../exit-codes.ts';
import { readJson } from '../read-json.ts';

interface SignalOptions {
  readonly inputFile?: string;
  readonly idempotencyKey?: string;
}

export const signal: EngineVerb<SignalOptions> = {
  name: 'signal',
  summary: 'send a signal to a run',
  arguments: [
    ['<run>', 'its id, or latest'],
    ['<name>', "the signal's name"],
    ['[payload]', 'JSON; - reads it from standard input'],
  ],
  options: [
    new Option('--input-file <path>', 'a file that has the payload'),
    new Option('--idempotency-key <key>', 'the same key again is the same signal'),
  ],
  examples: [
    [`lull signal order-o-17 approved '{"by":"Grace"}'`, 'Approve an order'],
    ['lull signal latest stop', 'Without a payload, to the newest run'],
  ],
  async act({ engine, output, surroundings, options }, run = '', name = '', text) {
    const payload = await readJson({ text, file: options.inputFile, what: 'payload' }, surroundings);
    const id = await findRunId(engine, run);
    await engine.ask({
      method: 'POST',
      path: pathOf('runs', id, 'signals', name),
      key: options.idempotencyKey ?? newKey(),
      body: payload,
    });
    if (output.isJson) output.document({ id });
    else output.line([['green', 'accepted'], `  signal "${name}" for ${id}`]);
    return EXIT.ok;
  },
};
