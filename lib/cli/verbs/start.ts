/** `lull start`: starts a run, and waits for its end if asked to. */
import { Option } from 'commander';
import type { EngineVerb } from '../engine-verb.ts';
import { awaitEnd, exitCodeOf, readDuration } from '../engine/await-end.ts';
import { newKey, pathOf } from '../engine/engine.ts';
import { EXIT } from '../exit-codes.ts';
import { attributeOption } from '../run-filter.ts';
import { readJson } from '../read-json.ts';
import { describeRun } from '../text/describe-run.ts';

interface StartOptions {
  readonly inputFile?: string;
  readonly id?: string;
  readonly idempotencyKey?: string;
  readonly onConflict?: string;
  readonly delay?: string;
  readonly timeout?: string;
  readonly attribute?: Readonly<Record<string, unknown>>;
  readonly wait?: string;
}

export const start: EngineVerb<StartOptions> = {
  name: 'start',
  summary: 'start a run of a workflow',
  arguments: [
    ['<workflow>', "the workflow's name"],
    ['[input]', 'its input, as JSON; - reads it from standard input'],
  ],
  options: [
    new Option('--input-file <path>', 'a file that has the input'),
    new Option('--id <id>', 'of the run; the same id and input again give the same run'),
    new Option('--idempotency-key <key>', 'instead of an id: the same key again gives the same run'),
    new Option('--on-conflict <what>', 'if the id is taken by a run of this workflow').choices([
      'fail',
      'use-existing',
    ]),
    new Option('--delay <duration>', 'begin later, as in 10m'),
    new Option('--timeout <duration>', 'how long the run may take'),
    attributeOption('of the run'),
    new Option('--wait <duration>', 'wait so long for its end'),
  ],
  examples: [
    [`lull start checkout '{"id":"o-17"}' --id order-o-17`, 'Start a checkout'],
    ['lull start report --input-file input.json --wait 5m', 'Start a report, and wait for it'],
    ['jq -n "{n:1}" | lull start report - --json', 'From a pipe, for a program'],
  ],
  async act({ engine, output, surroundings, options }, workflow = '', text) {
    const input = await readJson({ text, file: options.inputFile, what: 'input' }, surroundings);
    const { id, onConflict, delay, timeout, attribute, wait } = options;
    const waitMs = wait === undefined ? undefined : readDuration(wait, '--wait');
    const { body } = await engine.ask({
      method: 'POST',
      path: pathOf('workflows', workflow, 'runs'),
      query: { id, onConflict, delay, timeout, attributes: attribute && JSON.stringify(attribute) },
      body: input,
      // With an id the same request again gives the same run, unless that is what must fail.
      ...(id === undefined ? { key: options.idempotencyKey ?? newKey() } : {}),
    });
    const runId = (body as { id: string }).id;
    if (waitMs === undefined) {
      if (output.isJson) output.document({ id: runId });
      else output.line([['green', 'started'], `  ${workflow}  ${runId}`]);
      output.note([['dim', `lull watch ${runId}`]]);
      return EXIT.ok;
    }
    output.note([['dim', `started ${runId}; waiting for its end ...`]]);
    const run = await awaitEnd(engine, runId, { timeoutMs: waitMs, nowMs: surroundings.nowMs });
    if (output.isJson) output.document(run);
    else output.lines(describeRun(run, { nowMs: surroundings.nowMs(), columns: output.columns, full: true }));
    return exitCodeOf(run);
  },
};
