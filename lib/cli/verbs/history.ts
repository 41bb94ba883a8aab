/** `lull history`: everything that happened in a run, in sentences; and what happens, as it happens. */
import { Option } from 'commander';
import { usageError } from '../cli-error.ts';
import type { EngineVerb } from '../engine-verb.ts';
import { pathOf } from '../engine/engine.ts';
import { findRunId } from '../engine/find-run.ts';
import { createPause } from '../engine/look-again.ts';
import { followHistory, readHistory } from '../engine/read-history.ts';
import { EXIT } from '../exit-codes.ts';
import { createEventLines } from '../text/event-lines.ts';
import { wholeNumber } from '../whole-number.ts';

interface HistoryOptions {
  readonly follow?: boolean;
  readonly link?: number;
  readonly export?: boolean;
}

export const history: EngineVerb<HistoryOptions> = {
  name: 'history',
  summary: 'show all that happened in a run, oldest first',
  arguments: [['<run>', 'its id, or latest']],
  options: [
    new Option('-f, --follow', 'go on with what happens, until the run ends'),
    new Option('--export', 'a JSON document for lull replay and for tests, without secrets'),
    new Option(
      '--link <number>',
      'of a run that continues as new: which link, from 1 (default: the last one)',
    ).argParser(wholeNumber(1, 1_000_000)),
  ],
  examples: [
    ['lull history latest', 'Of the newest run'],
    ['lull history order-o-17 --follow', 'As it happens'],
    ['lull history order-o-17 --export > o-17.json', 'To keep, and for lull replay'],
    [`lull history order-o-17 --json | jq -c 'select(.kind == "step-failed")'`, 'One event a line, for a program'],
  ],
  async act({ engine, output, surroundings, options }, run = '') {
    const { follow = false, link, export: isExport = false } = options;
    if (follow && isExport) throw usageError('--follow and --export: give one of them');
    if (follow && link !== undefined) throw usageError('--follow goes with the last link: leave --link out');
    const id = await findRunId(engine, run);
    if (isExport) {
      output.document(await engine.get<unknown>(pathOf('runs', id, 'export'), { link }));
      return EXIT.ok;
    }
    const lines = createEventLines({ nowMs: surroundings.nowMs, columns: output.columns });
    const pause = createPause(engine, surroundings);
    for await (const event of follow ? followHistory(engine, id, { pause }) : readHistory(engine, id, { link })) {
      if (output.isJson) output.jsonLine(event);
      else output.lines(lines.next(event));
    }
    return EXIT.ok;
  },
};
