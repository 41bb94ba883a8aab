/** `lull fork`: a new run that begins with the journal of another one, up to a step. */
import { Option } from 'commander';
import type { EngineVerb } from '../engine-verb.ts';
import { newKey, pathOf } from '../engine/engine.ts';
import { findRunId } from '../engine/find-run.ts';
import { EXIT } from '../exit-codes.ts';
import { readJson } from '../read-json.ts';

interface ForkOptions {
  readonly before: string;
  readonly input?: string;
  readonly inputFile?: string;
  readonly id?: string;
}

export const fork: EngineVerb<ForkOptions> = {
  name: 'fork',
  summary: 'start a new run from an earlier place of a run, with the code of now',
  arguments: [['<run>', 'its id, or latest']],
  options: [
    new Option(
      '--before <step>',
      'the id of a step, as lull history --json shows it (stepId): charge#3',
    ).makeOptionMandatory(),
    new Option('--input <json>', 'another input; - reads it from standard input'),
    new Option('--input-file <path>', 'a file that has another input'),
    new Option('--id <id>', 'of the new run'),
  ],
  examples: [
    ['lull fork order-o-17 --before charge#3', 'Once more from the step that charges'],
    [`lull fork latest --before charge#3 --input '{"id":"o-18"}' --id order-o-18`, 'With another input'],
  ],
  async act({ engine, output, surroundings, options }, run = '') {
    const { before, input: text, inputFile, id } = options;
    const input = await readJson({ text, file: inputFile, what: 'input' }, surroundings);
    const from = await findRunId(engine, run);
    const { body } = await engine.ask({
      ...{ method: 'POST', path: pathOf('runs', from, 'fork'), key: newKey() },
      body: { before, input, id },
    });
    const forkId = (body as { id: string }).id;
    if (output.isJson) output.document({ id: forkId });
    else output.line([['green', 'started'], `  ${forkId}, from ${from} before ${before}`]);
    output.note([['dim', `lull watch ${forkId}`]]);
    return EXIT.ok;
  },
};
