/** Pools, in the description of the API. */
import type { JsonSchema } from './parameters.ts';

export const time: JsonSchema = { type: 'string', format: 'date-time' };

const poolRate: JsonSchema = {
  type: 'object',
  required: ['limit', 'per'],
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: 1_000_000 },
    per: {
      type: ['string', 'number'],
      examples: ['1 minute', 60_000],
      description: 'A duration; in answers milliseconds.',
    },
  },
  additionalProperties: false,
};

const poolLimits: JsonSchema = {
  type: 'object',
  properties: {
    concurrency: { type: 'integer', minimum: 1, maximum: 1_000, description: 'So many at once, in all.' },
    concurrencyPerKey: { type: 'integer', minimum: 1, maximum: 1_000, description: 'So many at once for each key.' },
    rate: { ...poolRate, description: 'So many begin within a time, in all.' },
    ratePerKey: { ...poolRate, description: 'So many begin within a time for each key.' },
  },
  additionalProperties: false,
};

const poolRequired = ['name', 'limits', 'isSet', 'paused', 'used'];

const poolSummary = {
  name: { type: 'string' },
  limits: { $ref: '#/components/schemas/PoolLimits' },
  isSet: { type: 'boolean', description: 'The limits were set: what the code says does not count.' },
  paused: { type: 'boolean' },
  pausedAt: time,
  used: { type: 'integer', description: 'Places that are taken or given.' },
} as const;

const poolOwner = {
  runId: { type: 'string' },
  step: { type: 'integer', description: 'The number in its stepId. Absent: the run itself.' },
  key: { type: 'string' },
  since: time,
} as const;

/** Of a run: where it waits. */
export const poolWaits: JsonSchema = {
  type: 'array',
  description: 'Where it waits for places in pools. Absent: nowhere.',
  items: {
    type: 'object',
    required: ['pool', 'priority', 'since'],
    properties: {
      pool: { type: 'string' },
      step: { type: 'integer', description: 'The number in its stepId. Absent: the run itself.' },
      key: { type: 'string' },
      priority: { type: 'integer' },
      since: time,
    },
  },
};

export const poolSchemas = {
  PoolLimits: poolLimits,
  Pool: { type: 'object', required: poolRequired, properties: poolSummary },
  Pools: {
    type: 'object',
    required: ['pools'],
    properties: { pools: { type: 'array', items: { $ref: '#/components/schemas/Pool' } } },
  },
  PoolDescription: {
    type: 'object',
    required: [...poolRequired, 'places', 'waiting'],
    properties: {
      ...poolSummary,
      codeLimits: { $ref: '#/components/schemas/PoolLimits' },
      places: {
        type: 'array',
        items: {
          type: 'object',
          required: ['runId', 'since'],
          properties: {
            ...poolOwner,
            isOnItsWay: { const: true, description: 'It was given, and its run was woken to take it.' },
          },
        },
      },
      waiting: {
        type: 'array',
        description: 'The first 100, the next one first.',
        items: {
          type: 'object',
          required: ['runId', 'priority', 'since'],
          properties: { ...poolOwner, priority: { type: 'integer' } },
        },
      },
      more: { const: true, description: 'More wait than are shown.' },
    },
  },
} as const satisfies Record<string, JsonSchema>;
