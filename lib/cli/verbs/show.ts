/** `lull show`: how a run stands, what happened, and what it waits for. */
import { Option } from 'commander';
import type { EngineVerb } from '../engine-verb.ts';
import { pathOf, type Engine } from '../engine/engine.ts';
import type { EventAnswer, RunAnswer } from '../engine/answers.ts';
import { findRunId } from '../engine/find-run.ts';
import { readHistory } from '../engine/read-history.ts';
import { EXIT } from '../exit-codes.ts';
import type { Output, Styled } from '../output.ts';
import { describeEvent } from '../text/describe-event.ts';
import { adviceFor, describeRun } from '../text/describe-run.ts';
import { createEventLines } from '../text/event-lines.ts';
import { wrap } from '../text/width.ts';

interface ShowOptions {
  readonly full?: boolean;
  readonly locals?: boolean;
}

const NO_LOCALS = 'No variables are known: the code of this engine is not compiled for frames (lull dev --frames).';

/** The last ones that matter. `lull history` has all. */
const EVENTS = 12;

export const show: EngineVerb<ShowOptions> = {
  name: 'show',
  summary: 'show how a run stands: what happened, what it waits for, what to do',
  arguments: [['<run>', 'its id, or latest']],
  options: [
    new Option('--full', 'values as they are, however long'),
    new Option('--locals', 'the variables of its coroutines, where they are compiled for frames'),
  ],
  examples: [
    ['lull show latest', 'The newest run'],
    ['lull show order-o-17 --json | jq .result', 'For a program'],
  ],
  async act({ engine, output, surroundings, options }, run = '') {
    const id = await findRunId(engine, run);
    const locals = options.locals === true;
    const query = { tasks: 'true', ...(locals ? { locals: 'true' } : {}) };
    const answer = await engine.get<RunAnswer>(pathOf('runs', id), query);
    if (output.isJson) {
      output.document(answer);
      return EXIT.ok;
    }
    const nowMs = surroundings.nowMs();
    const { columns } = output;
    const { events, error, left } = await readEnd(engine, id);
    const found = error === undefined || answer.error === undefined ? answer : { ...answer, error };
    output.lines(describeRun(found, { nowMs, columns, full: options.full === true }));
    if (locals && answer.waitsFor !== undefined && !JSON.stringify(answer.waitsFor).includes('"frames":')) {
      output.line([['dim', NO_LOCALS]]);
    }
    showEvents(output, { events, left, id, nowMs: surroundings.nowMs });
    output.line();
    showAdvice(output, answer);
    return EXIT.ok;
  },
};

interface End {
  readonly events: readonly EventAnswer[];
  /** How many came before. */
  readonly left: number;
  /** What the run failed with: a history has its stack too. */
  readonly error: EventAnswer['error'];
}

/** The last events, without those that say only that something began. */
async function readEnd(engine: Engine, id: string): Promise<End & { readonly error: RunAnswer['error'] }> {
  const events: EventAnswer[] = [];
  let left = 0;
  let error: RunAnswer['error'];
  for await (const event of readHistory(engine, id)) {
    if (event.kind === 'failed') error = event.error as RunAnswer['error'];
    if (describeEvent(event, 0).mood === 'quiet') continue;
    events.push(event);
    if (events.length > EVENTS) {
      events.shift();
      left += 1;
    }
  }
  return { events, left, error };
}

function showEvents(
  output: Output,
  { events, left, id, nowMs }: Pick<End, 'events' | 'left'> & { readonly id: string; readonly nowMs: () => number },
): void {
  if (events.length === 0) return;
  output.line();
  if (left > 0) output.line([['dim', `${left} earlier events: lull history ${id}`]]);
  const lines = createEventLines({ nowMs, columns: output.columns });
  for (const event of events) output.lines(lines.next(withoutItsError(event)));
}

/** That of the run is shown above. */
function withoutItsError({ error, ...event }: EventAnswer): EventAnswer {
  return event.kind === 'failed' || error === undefined ? event : { ...event, error };
}

/** Commands, and beside or below them what they are for. */
function showAdvice(output: Output, run: RunAnswer): void {
  const advice = adviceFor(run);
  const size = Math.max(...advice.map(([command]) => command.length));
  for (const [command, meaning] of advice) {
    if (size + 2 + meaning.length <= output.columns) output.line([command.padEnd(size + 2), ['dim', meaning]]);
    else output.lines([command, ...wrap(`  ${meaning}`, output.columns, '  ').map((line): Styled => [['dim', line]])]);
  }
}
