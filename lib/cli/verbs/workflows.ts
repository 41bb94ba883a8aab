/** `lull workflows`, and what `lull pause` and `lull resume` do with a whole workflow. */
import { usageError } from '../cli-error.ts';
import type { EngineVerb, VerbCall } from '../engine-verb.ts';
import { pathOf } from '../engine/engine.ts';
import { EXIT } from '../exit-codes.ts';
import type { Styled } from '../output.ts';
import { table, type Column } from '../text/table.ts';
import { when } from '../text/times.ts';

interface WorkflowAnswer {
  readonly name: string;
  readonly paused: boolean;
  readonly pausedAt?: string;
  readonly reason?: string;
}

interface WorkflowsAnswer {
  readonly workflows: readonly string[];
  /** Also those that this engine has no code of. */
  readonly paused?: readonly WorkflowAnswer[];
}

export const workflows: EngineVerb<object> = {
  name: 'workflows',
  summary: 'list the workflows, and say which are paused',
  examples: [['lull workflows', 'What can be started, and what waits for a resume']],
  async act({ engine, output, surroundings }) {
    const { workflows: names, paused = [] } = await engine.get<WorkflowsAnswer>('/workflows');
    const going = names
      .filter((name) => !paused.some((one) => one.name === name))
      .map((name): WorkflowAnswer => ({ name, paused: false }));
    const rows = [...going, ...paused].sort((a, b) => (a.name < b.name ? -1 : 1));
    if (output.isJson) for (const row of rows) output.jsonLine(row);
    else output.lines(table(columns(surroundings.nowMs()), rows, output.columns));
    return EXIT.ok;
  },
};

function columns(nowMs: number): Column<WorkflowAnswer>[] {
  return [
    { title: 'WORKFLOW', text: ({ name }) => name },
    {
      title: 'PAUSED',
      text: ({ pausedAt }) => (pausedAt === undefined ? '' : when(Date.parse(pausedAt), nowMs)),
      color: () => 'yellow',
    },
    { title: 'REASON', text: ({ reason = '' }) => reason, leaveOut: 1 },
  ];
}

interface WorkflowOptions {
  readonly workflow?: string;
  readonly reason?: string;
}

/** Whether the verb is about a whole workflow. Refuses a call that is about none, or about one and a run. */
export function isOfWorkflow(run: string | undefined, { workflow, reason }: WorkflowOptions): boolean {
  if (run === undefined && workflow === undefined) throw usageError('name a run, or a workflow with --workflow');
  if (run !== undefined && workflow !== undefined) {
    throw usageError(`name either a run (${run}) or a workflow (--workflow ${workflow})`);
  }
  if (workflow === undefined && reason !== undefined)
    throw usageError('--reason is for a workflow: say --workflow too');
  return workflow !== undefined;
}

export async function pauseOrResumeWorkflow(
  { engine, output, surroundings }: VerbCall<object>,
  verb: string,
  { workflow = '', reason }: WorkflowOptions,
): Promise<number> {
  const { body } = await engine.ask({
    ...{ method: 'POST', path: pathOf('workflows', workflow, verb) },
    ...(reason === undefined ? {} : { body: { reason } }),
  });
  const answer = body as WorkflowAnswer;
  if (output.isJson) output.document(answer);
  else output.line(stands(answer, surroundings.nowMs()));
  if (answer.paused) output.note([['dim', `lull resume --workflow ${workflow}`]]);
  else output.note([['dim', 'runs that waited for it go on within about a minute']]);
  return EXIT.ok;
}

function stands({ name, paused, pausedAt = '', reason }: WorkflowAnswer, nowMs: number): Styled {
  if (!paused) return [['green', 'resumed'], `  ${name}`];
  const why = reason === undefined || reason === '' ? '' : `: ${reason}`;
  return [['yellow', 'paused'], `  ${name}, ${when(Date.parse(pausedAt), nowMs)}${why}`];
}
