/** `lull watch`: a run as it goes on, until it ends. On a terminal a live tree of its tasks, else a line for each event. */
import { Option } from 'commander';
import type { EngineVerb, VerbCall } from '../engine-verb.ts';
import type { EventAnswer, RunAnswer } from '../engine/answers.ts';
import { exitCodeOf, readDuration } from '../engine/await-end.ts';
import { findRunId, readRun } from '../engine/find-run.ts';
import { createPause } from '../engine/look-again.ts';
import { followHistory } from '../engine/read-history.ts';
import { readRunTree, type RunTree } from '../engine/read-run-tree.ts';
import { Drawing } from '../drawing.ts';
import { describeEvent } from '../text/describe-event.ts';
import { describeRun } from '../text/describe-run.ts';
import { createEventLines } from '../text/event-lines.ts';
import { drawRunTree } from '../text/run-tree.ts';

interface WatchOptions {
  readonly timeout?: string;
}

/** Those that are kept for the drawing: more than a terminal has rows. */
const EVENTS_KEPT = 100;

export const watch: EngineVerb<WatchOptions> = {
  name: 'watch',
  summary: 'watch a run go on, until it ends',
  arguments: [['<run>', 'its id, or latest']],
  options: [new Option('--timeout <duration>', 'stop watching after this time: the run goes on')],
  examples: [
    ['lull watch latest', 'A live tree of its tasks'],
    ['lull watch order-o-17 --timeout 10m && echo done', 'In a script: it ends with 0 if the run has completed'],
  ],
  async act(call, run = '') {
    const { engine, output, surroundings, options } = call;
    const timeoutMs = options.timeout === undefined ? Infinity : readDuration(options.timeout, '--timeout');
    const id = await findRunId(engine, run);
    const pause = createPause(engine, surroundings, surroundings.nowMs() + timeoutMs);
    return output.isTerminal ? watchTree(call, id, pause) : watchLines(call, id, pause);
  },
};

type Pause = (looksInVain: number) => Promise<boolean>;

async function watchLines(
  { engine, output, surroundings }: VerbCall<WatchOptions>,
  id: string,
  pause: Pause,
): Promise<number> {
  const lines = createEventLines({ nowMs: surroundings.nowMs, columns: output.columns });
  for await (const event of followHistory(engine, id, { link: 1, pause })) {
    if (output.isJson) output.jsonLine(event);
    else output.lines(lines.next(event));
  }
  return exitCodeOf(await readRun(engine, id));
}

async function watchTree(call: VerbCall<WatchOptions>, id: string, pause: Pause): Promise<number> {
  const { engine, output, surroundings } = call;
  const drawing = new Drawing(output, surroundings.stdout.rows);
  const events: EventAnswer[] = [];
  let tree: RunTree = await readRunTree(engine, id);
  let isOld = false;
  const draw = async (): Promise<void> => {
    // The code is replayed for the tree: so it is asked for when something has happened.
    if (isOld) tree = await readRunTree(engine, id);
    isOld = false;
    drawing.draw([...drawRunTree(tree, page(call)), '', ...eventsBelow(call, events)]);
  };
  const following = followHistory(engine, id, {
    pause: async (looksInVain) => {
      await draw();
      return pause(looksInVain);
    },
  });
  for await (const event of following) {
    isOld = true;
    if (describeEvent(event, 0).mood !== 'quiet') events.push(event);
    if (events.length > EVENTS_KEPT) events.shift();
  }
  const run = await readRun(engine, id);
  drawing.end([...describeRun(withError(run, events), page(call)), '', ...eventsBelow(call, events)]);
  return exitCodeOf(run);
}

function page({ output, surroundings }: VerbCall<WatchOptions>) {
  return { nowMs: surroundings.nowMs(), columns: output.columns };
}

/** That of the history has its stack, and so the author's line. */
function withError(run: RunAnswer, events: readonly EventAnswer[]): RunAnswer {
  const failed = events.findLast(({ kind }) => kind === 'failed');
  return failed?.error === undefined ? run : { ...run, error: failed.error as NonNullable<RunAnswer['error']> };
}

function eventsBelow({ output, surroundings }: VerbCall<WatchOptions>, events: readonly EventAnswer[]) {
  const lines = createEventLines({ nowMs: surroundings.nowMs, columns: output.columns });
  return events.flatMap((event) => lines.next(event));
}
