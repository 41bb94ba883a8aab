/** How a page of a stream is shown. */
import type { JsonSchema } from './parameters.ts';

export const STREAM_PAGE: JsonSchema = {
  type: 'object',
  required: ['entries', 'next', 'ended'],
  properties: {
    entries: {
      type: 'array',
      items: {
        type: 'object',
        required: ['seq'],
        properties: { seq: { type: 'integer', description: 'Its place, from 1.' }, value: {} },
      },
    },
    next: { type: 'integer', description: 'Leads to the next page: give it as `from`.' },
    ended: { type: 'boolean', description: 'The run has ended, and nothing comes after this page.' },
  },
};
