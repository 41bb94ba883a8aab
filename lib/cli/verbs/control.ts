/** Verbs that a run is sent, and that answer once it is accepted: what they do, the run does when it hears of it. */
import { Option } from 'commander';
import type { EngineVerb } from '../engine-verb.ts';
import { newKey, pathOf } from '../engine/engine.ts';
import { findRunId } from '../engine/find-run.ts';
import { EXIT } from '../exit-codes.ts';
import { bulkOptions, carryOutAll, isBulk, type BulkAction, type BulkOptions } from './bulk.ts';
import { isOfWorkflow, pauseOrResumeWorkflow } from './workflows.ts';

interface ControlOptions extends BulkOptions {
  readonly reason?: string;
  readonly undo?: boolean;
  readonly force?: boolean;
}

const workflowOption = new Option('-w, --workflow <name>', 'a whole workflow, instead of one run');

const reasonOption = new Option('--reason <text>', 'why, for people');

export const cancel = controlVerb({
  name: 'cancel',
  summary: 'ask a run to stop: its code may clean up, and may go on',
  bulk: 'cancel',
  options: [reasonOption],
  examples: [
    ['lull cancel order-o-17 --reason "out of stock"', 'Cancel an order'],
    ['lull cancel --all --workflow checkout --status suspended --dry-run', 'Which checkouts that would be'],
  ],
});

export const terminate = controlVerb({
  name: 'terminate',
  summary: 'end a run at once, without running any more of its code',
  bulk: 'terminate',
  options: [reasonOption, new Option('--undo', 'undo the steps that have completed first')],
  examples: [
    ['lull terminate order-o-17', 'End it now'],
    ['lull terminate order-o-17 --undo', 'End it, and take back what its steps did'],
  ],
});

export const pause = controlVerb({
  name: 'pause',
  summary: 'let a run, or a whole workflow, do nothing new until it is resumed: what is sent waits',
  options: [workflowOption, new Option('--reason <text>', 'with --workflow: why, for people')],
  ofWorkflow: true,
  examples: [
    ['lull pause order-o-17', 'Hold it; steps that are under way come to their end'],
    ['lull pause --workflow checkout --reason "the bank is down"', 'Hold all checkouts, also those that are started'],
  ],
});

export const resume = controlVerb({
  name: 'resume',
  summary: 'let a paused run, or a paused workflow, go on',
  options: [workflowOption],
  ofWorkflow: true,
  examples: [
    ['lull resume order-o-17', 'Signals that came meanwhile, and timers that are due, reach it now'],
    ['lull resume --workflow checkout', 'All checkouts go on, within about a minute'],
  ],
});

export const retry = controlVerb({
  name: 'retry',
  summary: 'let a failed run go on from the step that failed',
  bulk: 'retry',
  options: [new Option('--force', 'also if the run has done other steps after the failure: they are forgotten')],
  examples: [['lull retry order-o-17', 'Once the cause is mended']],
});

function controlVerb(verb: {
  readonly name: string;
  readonly summary: string;
  /** It can be said of many runs. */
  readonly bulk?: BulkAction;
  /** It can be said of a whole workflow. */
  readonly ofWorkflow?: true;
  readonly options: readonly Option[];
  readonly examples: EngineVerb<ControlOptions>['examples'];
}): EngineVerb<ControlOptions> {
  const { name, bulk, ofWorkflow = false } = verb;
  return {
    ...verb,
    arguments: [[bulk === undefined && !ofWorkflow ? '<run>' : '[run]', 'its id, or latest']],
    options: [...verb.options, ...(bulk === undefined ? [] : bulkOptions())],
    async act(call, run) {
      const { engine, output, options } = call;
      const { reason, undo, force } = options;
      const body = {
        ...(reason === undefined ? {} : { reason }),
        ...(undo === true ? { undo } : {}),
        ...(force === true ? { force } : {}),
      };
      if (bulk !== undefined && isBulk(run, options)) return carryOutAll(call, bulk, body);
      if (ofWorkflow && isOfWorkflow(run, options)) return pauseOrResumeWorkflow(call, name, options);
      const id = await findRunId(engine, run ?? '');
      await engine.ask({
        ...{ method: 'POST', path: pathOf('runs', id, name), key: newKey() },
        ...(Object.keys(body).length === 0 ? {} : { body }),
      });
      if (output.isJson) output.document({ id });
      else output.line([['green', 'accepted'], `  ${name} of ${id}`]);
      output.note([['dim', `lull watch ${id}`]]);
      return EXIT.ok;
    },
  };
}
