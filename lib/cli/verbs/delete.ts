/** `lull delete`: deletes a run that has ended, with all its data. */
import { Option } from 'commander';
import { confirm } from '../confirm.ts';
import type { EngineVerb } from '../engine-verb.ts';
import { pathOf } from '../engine/engine.ts';
import { findRunId } from '../engine/find-run.ts';
import { EXIT } from '../exit-codes.ts';

export const deleteRun: EngineVerb<{ readonly yes?: boolean }> = {
  name: 'delete',
  summary: 'delete a run that has ended, and all its data, now',
  arguments: [['<run>', 'its id, or latest']],
  options: [new Option('-y, --yes', 'do not ask')],
  examples: [['lull delete order-o-17 --yes', 'Without a question, as in a script']],
  async act({ engine, output, surroundings, options }, run = '') {
    const id = await findRunId(engine, run);
    const isWanted = await confirm(`Delete ${id} and all its data?`, {
      output,
      surroundings,
      yes: options.yes === true,
    });
    if (!isWanted) return EXIT.refused;
    await engine.ask({ method: 'DELETE', path: pathOf('runs', id) });
    if (output.isJson) output.document({ id });
    else output.line([['green', 'deleted'], `  ${id}`]);
    return EXIT.ok;
  },
};
