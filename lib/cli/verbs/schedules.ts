/** `lull schedules ...`: schedules that are made at run time. */
import { Option } from 'commander';
import { confirm } from '../confirm.ts';
import type { EngineVerb } from '../engine-verb.ts';
import type { SchedulePage, ScheduleRow } from '../engine/answers.ts';
import { newKey, pathOf, type Engine } from '../engine/engine.ts';
import { EXIT } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { readJson } from '../read-json.ts';
import { readTime } from '../run-filter.ts';
import { shownValue } from '../text/shown-value.ts';
import { table, type Column } from '../text/table.ts';
import { when } from '../text/times.ts';

const NAME = ['<name>', 'of the schedule'] as const;

const list: EngineVerb<object> = {
  name: 'list',
  summary: 'list schedules',
  examples: [['lull schedules list', 'All of them']],
  async act({ engine, output, surroundings }) {
    const rows: ScheduleRow[] = [];
    for await (const schedule of listSchedules(engine)) {
      if (output.isJson) output.jsonLine(schedule);
      else rows.push(schedule);
    }
    if (output.isJson) return EXIT.ok;
    if (rows.length === 0) output.note('There are no schedules.');
    else output.lines(table(columns(surroundings.nowMs()), rows, output.columns));
    return EXIT.ok;
  },
};

async function* listSchedules(engine: Engine): AsyncGenerator<ScheduleRow, void, undefined> {
  let cursor: string | undefined;
  do {
    const page: SchedulePage = await engine.get('/schedules', { cursor });
    yield* page.schedules;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

function columns(nowMs: number): Column<ScheduleRow>[] {
  return [
    { title: 'NAME', text: ({ name }) => name },
    { title: 'WORKFLOW', text: ({ workflow }) => workflow, atLeast: 8 },
    {
      title: 'SCHEDULE',
      text: ({ schedule, timezone }) => (timezone === 'UTC' ? schedule : `${schedule} ${timezone}`),
      atLeast: 14,
    },
    {
      title: 'NEXT',
      text: ({ paused, nextAt }) => (paused ? 'paused' : nextAt === undefined ? '' : when(Date.parse(nextAt), nowMs)),
      color: ({ paused }) => (paused ? 'yellow' : undefined),
      leaveOut: 1,
    },
    { title: 'LAST RUN', text: ({ lastRunId = '' }) => lastRunId, leaveOut: 2 },
  ];
}

interface CreateOptions {
  readonly workflow: string;
  readonly schedule: string;
  readonly input?: string;
  readonly inputFile?: string;
  readonly timezone?: string;
  readonly overlap?: string;
  readonly catchUp?: string;
}

const create: EngineVerb<CreateOptions> = {
  name: 'create',
  summary: 'create a schedule',
  arguments: [NAME],
  options: [
    new Option('-w, --workflow <name>', 'the workflow that it starts').makeOptionMandatory(),
    new Option('--schedule <expression>', "when: 'rate(1 hour)', 'cron(0 8 * * ? *)'").makeOptionMandatory(),
    new Option('--input <json>', "the workflow's input, the same each time; - reads it from standard input"),
    new Option('--input-file <path>', 'a file that has the input'),
    new Option('--timezone <zone>', 'of a cron expression, as in Europe/Berlin (default: UTC)'),
    new Option('--overlap <what>', 'if the run before goes on (default: skip)').choices([
      'skip',
      'allow',
      'cancel-other',
      'buffer-one',
    ]),
    new Option('--catch-up <duration>', 'how late a time may be made up for (default: 1m)'),
  ],
  examples: [
    [
      `lull schedules create nightly --workflow report --schedule 'cron(0 3 * * ? *)' --timezone Europe/Berlin`,
      'Each night at three',
    ],
  ],
  async act({ engine, output, surroundings, options }, name = '') {
    const { workflow, schedule, timezone, overlap, catchUp } = options;
    const input = await readJson({ text: options.input, file: options.inputFile, what: 'input' }, surroundings);
    const { body } = await engine.ask({
      ...{ method: 'POST', path: '/schedules', key: newKey() },
      body: { name, workflow, schedule, timezone, overlap, catchUp, input },
    });
    showSchedule(output, body as ScheduleRow, surroundings.nowMs());
    return EXIT.ok;
  },
};

const show: EngineVerb<object> = {
  name: 'show',
  summary: 'show a schedule',
  arguments: [NAME],
  examples: [['lull schedules show nightly', 'When it starts the next run']],
  async act({ engine, output, surroundings }, name = '') {
    showSchedule(output, await engine.get<ScheduleRow>(pathOf('schedules', name)), surroundings.nowMs());
    return EXIT.ok;
  },
};

const pause = stateVerb('pause', 'let a schedule start nothing until it is resumed');
const resume = stateVerb('resume', 'let a paused schedule go on');

function stateVerb(name: 'pause' | 'resume', summary: string): EngineVerb<object> {
  return {
    name,
    summary,
    arguments: [NAME],
    examples: [[`lull schedules ${name} nightly`, name === 'pause' ? 'For a while' : 'Again']],
    async act({ engine, output, surroundings }, schedule = '') {
      const { body } = await engine.ask({ method: 'POST', path: pathOf('schedules', schedule, name) });
      showSchedule(output, body as ScheduleRow, surroundings.nowMs());
      return EXIT.ok;
    },
  };
}

const trigger: EngineVerb<object> = {
  name: 'trigger',
  summary: 'start a run of a schedule now',
  arguments: [NAME],
  examples: [['lull schedules trigger nightly', 'Without waiting for the night']],
  async act({ engine, output }, name = '') {
    const { body } = await engine.ask({ method: 'POST', path: pathOf('schedules', name, 'trigger'), key: newKey() });
    const { id } = body as { id: string };
    if (output.isJson) output.document({ id });
    else output.line([['green', 'started'], `  ${id}`]);
    return EXIT.ok;
  },
};

const backfill: EngineVerb<{ readonly since: string; readonly until: string }> = {
  name: 'backfill',
  summary: 'start the runs of all times within a span, at once',
  arguments: [NAME],
  options: [
    new Option('--since <when>', 'from then on: a duration ago (2 days), or a date').makeOptionMandatory(),
    new Option('--until <when>', 'before then').makeOptionMandatory(),
  ],
  examples: [['lull schedules backfill nightly --since 2026-11-01 --until 2026-11-08', 'A week that was missed']],
  async act({ engine, output, surroundings, options }, name = '') {
    const nowMs = surroundings.nowMs();
    const body = { since: readTime(options.since, '--since', nowMs), until: readTime(options.until, '--until', nowMs) };
    const answer = await engine.ask({
      method: 'POST',
      path: pathOf('schedules', name, 'backfill'),
      key: newKey(),
      body,
    });
    const { ids } = answer.body as { ids: readonly string[] };
    if (output.isJson) output.document({ ids });
    else output.lines([...ids, [['dim', `${ids.length} runs`]]]);
    return EXIT.ok;
  },
};

const remove: EngineVerb<{ readonly yes?: boolean }> = {
  name: 'delete',
  summary: 'end a schedule; runs that it has started go on',
  arguments: [NAME],
  options: [new Option('-y, --yes', 'do not ask')],
  examples: [['lull schedules delete nightly --yes', 'Without a question']],
  async act({ engine, output, surroundings, options }, name = '') {
    const isWanted = await confirm(`Delete the schedule ${name}?`, { output, surroundings, yes: options.yes === true });
    if (!isWanted) return EXIT.refused;
    await engine.ask({ method: 'DELETE', path: pathOf('schedules', name) });
    if (output.isJson) output.document({ name });
    else output.line([['green', 'deleted'], `  ${name}`]);
    return EXIT.ok;
  },
};

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each has options of its own
export const SCHEDULE_VERBS: readonly EngineVerb<any>[] = [
  list,
  create,
  show,
  pause,
  resume,
  trigger,
  backfill,
  remove,
];

function showSchedule(output: Output, schedule: ScheduleRow, nowMs: number): void {
  if (output.isJson) {
    output.document(schedule);
    return;
  }
  const { name, workflow, schedule: expression, timezone, paused, nextAt, lastRunId, ...rest } = schedule;
  output.line([['bold', name], `  starts ${workflow}: ${expression}, ${timezone}`]);
  if (paused) output.line([['yellow', 'paused']]);
  else if (nextAt !== undefined) output.line(`next run ${when(Date.parse(nextAt), nowMs)}`);
  if (lastRunId !== undefined) output.line(`last run ${lastRunId}`);
  for (const [key, value] of Object.entries(rest)) {
    const [first = '', ...more] = shownValue(value, { columns: output.columns - 12, full: true });
    output.lines([[['dim', key.padEnd(12)], first], ...more.map((line) => `            ${line}`)]);
  }
}
