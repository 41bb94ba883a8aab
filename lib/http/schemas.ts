/** The shapes of answers, as JSON Schema. Values of workflows are any JSON: see to-json.ts for what becomes of a Date. */
import { TASK_FRAME, WAITING_TASK } from './waiting-task-schema.ts';
import { STREAM_PAGE } from './stream-schema.ts';
import { poolSchemas, poolWaits, time } from './pool-schemas.ts';
import type { JsonSchema } from './parameters.ts';

export const RUN_STATUSES = [
  'pending',
  'running',
  'suspended',
  'paused',
  'blocked',
  'completed',
  'failed',
  'cancelled',
  'terminated',
] as const;

export const anyValue: JsonSchema = {
  description: 'Any JSON. Dates are ISO 8601 texts, bigints texts, Maps objects or pairs, Sets arrays.',
};

const summary = {
  id: { type: 'string' },
  workflow: { type: 'string', description: "The workflow's name." },
  status: { enum: RUN_STATUSES },
  createdAt: time,
  endedAt: { ...time, description: 'Of a run that has ended.' },
  customStatus: { ...anyValue, description: "What the run's code has set as its status." },
  attributes: {
    type: 'object',
    description: "Those of the start, and what the run's code has set.",
    additionalProperties: { type: ['string', 'number', 'boolean'] },
  },
};

const scheduleSummary = {
  name: { type: 'string' },
  workflow: { type: 'string', description: "The workflow's name." },
  schedule: { type: 'string' },
  timezone: { type: 'string' },
  paused: { type: 'boolean' },
  nextAt: { ...time, description: 'When it starts the next run. Absent while it is paused, and after its last time.' },
  lastRunId: { type: 'string', description: 'The run that was started last, by a time or by a trigger.' },
  lastError: { type: 'string', description: 'Why the run that was due last could not be started.' },
};

const workflow = {
  name: { type: 'string' },
  paused: { type: 'boolean' },
  pausedAt: { ...time, description: 'Since when.' },
  reason: { type: 'string', description: 'Why, as who paused it has said.' },
};

/** By name, for `components.schemas`. */
export const SCHEMAS = {
  Run: {
    type: 'object',
    required: ['id', 'workflow', 'status', 'createdAt'],
    properties: {
      ...summary,
      input: anyValue,
      dueAt: {
        ...time,
        description: 'When an open run goes on by itself. Absent: it waits for something from outside, or is paused.',
      },
      scheduledAt: { ...time, description: 'The time that the run is for, where a schedule has started it.' },
      parent: { type: 'string', description: 'The id of the run that started this one as its child.' },
      link: { type: 'integer', description: 'Of a run that has continued as new: which link it is, from 2.' },
      deadline: { ...time, description: 'When the time of an open run is up: its code is asked to stop then.' },
      pausedAt: { ...time, description: 'Since when an open run is paused.' },
      waitsForPools: poolWaits,
      workflowPaused: {
        type: 'object',
        description: 'It has something to do, and waits because its workflow is paused.',
        required: ['since'],
        properties: { since: time, reason: { type: 'string' } },
      },
      pinnedTo: {
        type: 'string',
        description: 'The version of the worker that takes all turns of an open run, where runs are pinned to one.',
      },
      blocked: {
        type: 'object',
        description: 'Why a run is blocked whose code cannot follow its journal, and since when.',
        required: ['reason', 'since'],
        properties: {
          reason: { type: 'string' },
          since: time,
          code: { type: 'string', description: 'Of the error, such as NONDETERMINISM.' },
          recorded: { type: 'string', description: 'What the journal has where the code does not follow.' },
          requested: { type: 'string', description: 'What the code does there.' },
          version: { type: 'string', description: 'Of the code that tried last.' },
        },
      },
      waitsFor: {
        $ref: '#/components/schemas/WaitsFor',
        description: 'What an open run waits for, where `tasks` was asked for. Absent before its first turn.',
      },
      journal: {
        type: 'object',
        description: 'How long the journal of an open run is, once it has come to 80% of a limit.',
        required: ['events', 'bytes'],
        properties: { events: { type: 'integer' }, bytes: { type: 'integer' } },
      },
      history: {
        type: 'object',
        description:
          'Of a run with an unbounded history: how many events are behind its snapshot, and whether they are kept.',
        required: ['events', 'archived'],
        properties: { events: { type: 'integer' }, archived: { type: 'boolean' } },
      },
      unreadSignals: {
        type: 'integer',
        description: 'So many signals are unread that no more are accepted. Absent as long as there is room.',
      },
      result: { ...anyValue, description: 'Of a completed run.' },
      error: { $ref: '#/components/schemas/RunError', description: 'Of a failed run.' },
      reason: { type: 'string', description: 'Of a cancelled or terminated run: what the caller gave.' },
      undoErrors: {
        type: 'array',
        description:
          'Of a cancelled or terminated run: what undos of its steps failed with. Of a failed one its error has them.',
        items: { $ref: '#/components/schemas/RunError' },
      },
    },
  },
  WaitsFor: {
    type: 'object',
    required: ['from'],
    properties: {
      from: {
        enum: ['code', 'journal'],
        description: 'Whether the code was replayed for it, or the journal alone says it.',
      },
      tasks: {
        type: 'array',
        description: 'From the code: the tasks, each with those that its code has created.',
        items: { $ref: '#/components/schemas/WaitingTask' },
      },
      awaits: {
        type: 'array',
        description: 'From the journal: what has no end in it. Some of it the code may have given up.',
        items: { $ref: '#/components/schemas/AwaitPoint' },
      },
      omitted: { type: 'integer', description: 'How many are left out: at most 1,000 are shown.' },
      because: { type: 'string', description: 'From the journal: why the code was not asked.' },
    },
  },
  WaitingTask: WAITING_TASK,
  TaskFrame: TASK_FRAME,
  AwaitPoint: {
    type: 'object',
    required: ['kind'],
    properties: {
      kind: { enum: ['step', 'sleep', 'signal', 'callback', 'run', 'task', 'call'] },
      name: { type: 'string', description: 'Of the step, timer, signal, callback or task.' },
      stepId: { type: 'string' },
      key: { type: 'string', description: 'Of a step that was given one.' },
      operation: { type: 'object', description: 'Of a step that the engine carries out: what it does.' },
      attempt: { type: 'integer', description: 'Of a step: the attempt that is made now, or comes next, from 1.' },
      retryAt: { ...time, description: 'When that comes, where it is to wait.' },
      lastError: { type: 'string', description: 'What the attempt before failed with.' },
      heartbeat: {
        type: 'object',
        description: 'The last one that is recorded, of a step or a callback.',
        required: ['at'],
        properties: { at: time, details: anyValue },
      },
      runId: { type: 'string', description: 'The run of whose end this one is to learn.' },
      taskId: { type: 'string' },
      call: { type: 'string', description: 'What other tasks of the run have to serve.', examples: ['lock.acquire()'] },
      since: time,
      until: { ...time, description: 'When the wait is over at the latest.' },
    },
  },
  RunError: {
    type: 'object',
    required: ['name', 'message'],
    properties: {
      name: { type: 'string' },
      message: { type: 'string' },
      code: {},
      stack: { type: 'string', description: 'In a history alone.' },
      cause: {},
      errors: {},
      undoErrors: {},
    },
  },
  RunPage: {
    type: 'object',
    required: ['runs'],
    properties: {
      runs: {
        type: 'array',
        items: { type: 'object', required: ['id', 'workflow', 'status', 'createdAt'], properties: summary },
      },
      cursor: { type: 'string', description: 'Leads to the next page; absent on the last one.' },
    },
  },
  HistoryPage: {
    type: 'object',
    required: ['events'],
    properties: {
      events: { type: 'array', items: { $ref: '#/components/schemas/HistoryEvent' } },
      cursor: { type: 'string', description: 'Leads to the next page; absent on the last one.' },
    },
  },
  StreamPage: STREAM_PAGE,
  HistoryDocument: {
    type: 'object',
    description: 'Values are as they are stored. A digest at its end tells a document that was edited.',
    required: ['format', 'version', 'exportedAt', 'run', 'links', 'leftOut', 'digest'],
    properties: {
      format: { const: 'lull-history' },
      version: { type: 'integer' },
      exportedAt: time,
      run: { type: 'object' },
      links: { type: 'array', items: { type: 'object' } },
      result: anyValue,
      leftOut: { type: 'array', items: { enum: ['sensitive-values', 'callback-secrets'] } },
      digest: { type: 'string' },
    },
  },
  HistoryEvent: {
    type: 'object',
    required: ['kind'],
    properties: {
      kind: {
        type: 'string',
        examples: ['started', 'step', 'step-completed', 'sleep', 'signal-received', 'completed'],
      },
      at: { ...time, description: 'When it happened. Absent: it waits, or what came before is not on this page.' },
      turn: { type: 'integer', description: 'The turn whose record has it. Absent: it is not in the journal.' },
      id: {
        type: 'integer',
        description: 'What a step, timer or receive asked for, and what came of it, share an id.',
      },
      stepId: {
        type: 'string',
        description: 'Of a step: names it within its run, as a fork takes it.',
        examples: ['charge#3'],
      },
      name: { type: 'string' },
      key: { type: 'string', description: 'Of a step that was given one.' },
      operation: {
        type: 'object',
        description: 'Of a step that the engine carries out: what it does, to which other run or function.',
        required: ['kind'],
        properties: { kind: { type: 'string' }, runId: { type: 'string' }, functionName: { type: 'string' } },
      },
      runId: { type: 'string', description: 'Of another run that has ended.' },
      status: { enum: RUN_STATUSES, description: 'Of another run that has ended.' },
      value: anyValue,
      error: { $ref: '#/components/schemas/RunError' },
      bytes: { type: 'integer', description: 'How much the value or the error takes as it is stored.' },
      attempt: { type: 'integer', description: 'Of a step: which attempt, from 1.' },
      durationMs: {
        type: 'integer',
        description:
          'From when it was asked for until its end, retries included; of the end, since the start of the run.',
      },
      dueAt: { ...time, description: 'When the timer fires, or the callback expires.' },
      retryAt: { ...time, description: 'When the next attempt is made.' },
      reason: { type: 'string' },
      undo: { type: 'boolean', description: 'Of a request to terminate: the steps are undone first.' },
      sensitive: { type: 'boolean', description: 'Of a sensitive step: what it gave, or failed with, is not shown.' },
      version: { type: 'string' },
      messageId: { type: 'string' },
      becomes: { type: 'string', description: 'Of a message that waits: the kind of event that it will be.' },
    },
  },
  /** Also of a run that was started: one that was there may be of another workflow. */
  Accepted: { type: 'object', required: ['id'], properties: { id: { type: 'string', description: "The run's id." } } },
  AcceptedUpdate: {
    type: 'object',
    required: ['id', 'idempotencyKey'],
    properties: { id: { type: 'string', description: "The run's id." }, idempotencyKey: { type: 'string' } },
  },
  BulkPage: {
    type: 'object',
    required: ['results'],
    properties: {
      results: {
        type: 'array',
        items: {
          type: 'object',
          required: ['id', 'done'],
          properties: {
            id: { type: 'string', description: "The run's id." },
            done: { type: 'boolean', description: 'False in a dry run, and where there is an error.' },
            error: {
              type: 'object',
              required: ['code', 'message'],
              properties: { code: { type: 'string' }, message: { type: 'string' } },
            },
          },
        },
      },
      cursor: { type: 'string', description: 'Leads to the next page; absent on the last one.' },
    },
  },
  Schedule: {
    type: 'object',
    required: ['name', 'workflow', 'schedule', 'timezone', 'paused', 'overlap', 'catchUpMs', 'createdAt'],
    properties: {
      ...scheduleSummary,
      input: anyValue,
      overlap: { enum: ['skip', 'allow', 'cancel-other', 'buffer-one'] },
      catchUpMs: {
        type: 'integer',
        description: 'By how much it makes up for times that were missed, in milliseconds.',
      },
      createdAt: time,
    },
  },
  SchedulePage: {
    type: 'object',
    required: ['schedules'],
    properties: {
      schedules: {
        type: 'array',
        items: {
          type: 'object',
          required: ['name', 'workflow', 'schedule', 'timezone', 'paused'],
          properties: scheduleSummary,
        },
      },
      cursor: { type: 'string', description: 'Leads to the next page; absent on the last one.' },
    },
  },
  DeletedSchedule: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
  StartedRuns: {
    type: 'object',
    required: ['ids'],
    properties: { ids: { type: 'array', items: { type: 'string' }, description: 'Ids of the runs, in order.' } },
  },
  Workflows: {
    type: 'object',
    required: ['workflows'],
    properties: {
      workflows: { type: 'array', items: { type: 'string' }, description: 'Names of those that can be started.' },
      paused: {
        type: 'array',
        items: { $ref: '#/components/schemas/Workflow' },
        description: 'Those that are paused, also if they cannot be started. Absent: none is.',
      },
    },
  },
  Workflow: { type: 'object', required: ['name', 'paused'], properties: workflow },
  WorkflowDescription: {
    type: 'object',
    required: ['name', 'paused'],
    properties: {
      ...workflow,
      inputSchema: {
        type: 'object',
        description: 'What its input has to be, as a JSON Schema of draft 2020-12. Absent: its schema does not say.',
      },
    },
  },
  ...poolSchemas,
  Problem: {
    type: 'object',
    description: 'RFC 9457.',
    required: ['type', 'title', 'status', 'detail', 'code'],
    properties: {
      type: { type: 'string' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string' },
      code: { type: 'string', description: 'Stable across versions.' },
      errors: {
        type: 'array',
        items: {
          type: 'object',
          required: ['path', 'message'],
          properties: { path: { type: 'string', examples: ['$.lines[2].price'] }, message: { type: 'string' } },
        },
      },
      cause: { $ref: '#/components/schemas/RunError', description: "What the run's own code threw." },
      requestId: { type: 'string' },
    },
  },
} as const satisfies Record<string, JsonSchema>;

export function schemaRef(name: keyof typeof SCHEMAS): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}
