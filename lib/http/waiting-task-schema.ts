/** A task and what it waits for, with the generator functions in which it does, as the description of the API has them. */
export const WAITING_TASK = {
  type: 'object',
  required: ['id', 'name', 'awaits', 'calls', 'tasks'],
  properties: {
    id: { type: 'string', description: "`1` is the workflow's body." },
    name: { type: 'string' },
    awaits: {
      type: 'array',
      description: 'Several where it waits for one or all of them. Empty: it goes on now.',
      items: { $ref: '#/components/schemas/AwaitPoint' },
    },
    calls: { type: 'array', items: { type: 'string', examples: ['timeout()', 'lock.acquire()'] } },
    at: { type: 'string', description: 'The line at which it waits.', examples: ['checkout.ts:12:5'] },
    calledFrom: {
      type: 'array',
      description: 'The lines that have called that one, the innermost first.',
      items: { type: 'string' },
    },
    frames: {
      type: 'array',
      description: 'The generator functions in which it waits, the innermost first, where `locals` was asked for.',
      items: { $ref: '#/components/schemas/TaskFrame' },
    },
    tasks: { type: 'array', items: { $ref: '#/components/schemas/WaitingTask' } },
  },
} as const;

export const TASK_FRAME = {
  type: 'object',
  required: ['function', 'variables'],
  properties: {
    function: { type: 'string' },
    at: { type: 'string', description: 'The line at which it waits.', examples: ['src/checkout.ts:12:5'] },
    variables: {
      type: 'array',
      description: 'Those that it still needs there.',
      items: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string' },
          value: { type: 'string', description: 'In words of the language, cut where it is long.' },
          sensitive: { type: 'boolean', description: 'It has something of a sensitive step in it: no value.' },
        },
      },
    },
  },
} as const;
