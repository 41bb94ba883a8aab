/** `lull query`: asks a run. */
import { Option } from 'commander';
import type { EngineVerb } from '../engine-verb.ts';
import { pathOf } from '../engine/engine.ts';
import { findRunId } from '../engine/find-run.ts';
import { EXIT } from '../exit-codes.ts';
import { readJson } from '../read-json.ts';

export const query: EngineVerb<{ readonly inputFile?: string }> = {
  name: 'query',
  summary: 'ask a run a query: the answer is JSON',
  arguments: [
    ['<run>', 'its id, or latest'],
    ['<name>', "the query's name"],
    ['[args]', 'JSON; - reads it from standard input'],
  ],
  options: [new Option('--input-file <path>', 'a file that has the arguments')],
  examples: [[`lull query cart-ada total '{"currency":"EUR"}'`, 'Ask a cart for its total']],
  async act({ engine, output, surroundings, options }, run = '', name = '', text) {
    const args = await readJson({ text, file: options.inputFile, what: 'arguments' }, surroundings);
    const path = pathOf('runs', await findRunId(engine, run), 'queries', name);
    const { body } = await engine.ask(
      args === undefined ? { method: 'GET', path } : { method: 'POST', path, body: args },
    );
    output.document(body ?? null);
    return EXIT.ok;
  },
};
