/** `lull stream`: what a run gives away while it goes on, a JSON value a line; and what comes, as it comes. */
import { Option } from 'commander';
import type { StreamPageAnswer } from '../engine/answers.ts';
import type { EngineVerb } from '../engine-verb.ts';
import { pathOf } from '../engine/engine.ts';
import { findRunId } from '../engine/find-run.ts';
import { createPause } from '../engine/look-again.ts';
import { EXIT } from '../exit-codes.ts';
import { LAST_STREAM_PLACE } from '../../core/stream.ts';
import { wholeNumber } from '../whole-number.ts';

interface StreamOptions {
  readonly follow?: boolean;
  readonly from?: number;
}

export const stream: EngineVerb<StreamOptions> = {
  name: 'stream',
  summary: 'show the values of a stream of a run, as JSON, one a line',
  arguments: [
    ['<run>', 'its id, or latest'],
    ['<name>', "the stream's name"],
  ],
  options: [
    new Option('-f, --follow', 'go on with what comes, until the run ends'),
    new Option('--from <place>', 'the first place, from 1 (default: 1)').argParser(wholeNumber(1, LAST_STREAM_PLACE)),
  ],
  examples: [
    ['lull stream latest tokens --follow', 'As it comes'],
    ['lull stream story-1 tokens --from 120 --json', 'With the place of each: {"seq":120,"value":"Once"}'],
  ],
  async act({ engine, output, surroundings, options }, run = '', name = '') {
    const { follow = false, from = 1 } = options;
    const path = pathOf('runs', await findRunId(engine, run), 'streams', name);
    const pause = createPause(engine, surroundings);
    let inVain = 0;
    for (let next = from; ;) {
      const page = await engine.get<StreamPageAnswer>(path, { from: next });
      for (const entry of page.entries) {
        if (output.isJson) output.jsonLine(entry);
        else output.jsonLine(entry.value ?? null);
      }
      next = page.next;
      inVain = page.entries.length > 0 ? 0 : inVain + 1;
      if (page.ended || (page.entries.length === 0 && !follow)) return EXIT.ok;
      if (page.entries.length === 0) await pause(inVain);
    }
  },
};
