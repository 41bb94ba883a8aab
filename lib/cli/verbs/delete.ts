/** `lull delete`: deletes a run that has ended, with all its data. */
import { confirm } from '../confirm.ts';
import type { EngineVerb } from '../engine-verb.ts';
import { pathOf } from '../engine/engine.ts';
import { findRunId } from '../engine/find-run.ts';
import { EXIT } from '../exit-codes.ts';
import { bulkOptions, carryOutAll, isBulk, type BulkOptions } from './bulk.ts';

export const deleteRun: EngineVerb<BulkOptions> = {
  name: 'delete',
  summary: 'delete a run that has ended, and all its data, now',
  arguments: [['[run]', 'its id, or latest']],
  options: bulkOptions(),
  examples: [
    ['lull delete order-o-17 --yes', 'Without a question, as in a script'],
    [
      'lull delete --all --workflow checkout --status completed --until "30 days"',
      'Those that have completed long ago',
    ],
  ],
  async act(call, run) {
    const { engine, output, surroundings, options } = call;
    if (isBulk(run, options)) return carryOutAll(call, 'delete');
    const id = await findRunId(engine, run ?? '');
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
