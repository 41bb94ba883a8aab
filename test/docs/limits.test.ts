import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../lib/engine/settings.ts';
import { BUCKET_LIMITS } from '../../lib/ports/content-limits.ts';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/limits.md'), 'utf8');

/** The numbers of the tables, by name. */
const documented = new Map(
  Array.from(text.matchAll(/^\| `(\w+)` +\| ([\d,]+) +\|/gm), ([, name, value]) => [
    name!,
    Number(value!.replaceAll(',', '')),
  ]),
);

test('docs/limits.md has each number of the engine with its default', () => {
  const numbers = Object.entries(DEFAULT_SETTINGS).filter(([, value]) => typeof value === 'number');
  for (const [name, value] of numbers) expect(documented.get(name), name).toBe(value);
});

test.each([
  ['lib/http/json-body.ts', 'BODY_LIMIT_BYTES'],
  ['lib/http/api.ts', 'ANSWER_LIMIT_BYTES'],
  ['lib/ports/content-limits.ts', 'BUCKET_VALUE_LIMIT_BYTES'],
  ['lib/ports/content-limits.ts', 'BUCKET_CONTENT_LIMIT_BYTES'],
  ['lib/ports/content-limits.ts', 'BUCKET_THRESHOLD_BYTES'],
  ['lib/ports/content-limits.ts', 'TABLE_VALUE_LIMIT_BYTES'],
  ['lib/ports/content-limits.ts', 'TABLE_INPUT_LIMIT_BYTES'],
  ['lib/ports/limits.ts', 'INBOX_LIMIT'],
  ['lib/ports/limits.ts', 'CONTROL_INBOX_LIMIT'],
  ['lib/ports/limits.ts', 'UPDATES_LIMIT'],
  ['lib/api/running-entity.ts', 'MOST_CALLS'],
  ['lib/api/running-entity.ts', 'MOST_CHARACTERS'],
  ['lib/ports/limits.ts', 'WATCHERS_LIMIT'],
  ['lib/ports/limits.ts', 'MESSAGE_ID_LIMIT_BYTES'],
  ['lib/ports/limits.ts', 'ITEM_LIMIT_BYTES'],
  ['lib/core/stored-run-limit.ts', 'MAX_RUN_BYTES'],
  ['lib/core/pool-rule.ts', 'POOL_PLACES_LIMIT'],
  ['lib/engine/pools/turn-places.ts', 'IN_LINE_AT_ONCE'],
  ['lib/engine/pools/plan-visit.ts', 'LINE_LOOK'],
  ['lib/engine/pools/pool-state.ts', 'KEYS_LIMIT'],
  ['lib/core/transaction/write.ts', 'TRANSACTION_ITEMS_LIMIT'],
  ['lib/core/transaction/write.ts', 'TRANSACTION_BYTES_LIMIT'],
  ['lib/core/transaction/write.ts', 'TRANSACTION_ITEM_BYTES_LIMIT'],
  ['lib/ports/paused-workflows.ts', 'LISTED_WORKFLOWS_LIMIT'],
  ['lib/client/workflows.ts', 'PAUSE_REASON_LIMIT'],
  ['lib/http/read-call.ts', 'LONGEST_WAIT_MS'],
  ['lib/core/run-id.ts', 'RUN_ID_LIMIT'],
  ['lib/client/identifiers.ts', 'KEY_LIMIT'],
  ['lib/client/start-scheduled.ts', 'SCHEDULE_NAME_LIMIT'],
  ['lib/client/schedule-options.ts', 'SCHEDULE_TEXT_LIMIT'],
  ['lib/schedule/due-times.ts', 'BACKFILL_LIMIT'],
  ['lib/http/run-routes.ts', 'HISTORY_PAGE_EVENTS'],
  ['lib/http/run-routes.ts', 'HISTORY_PAGE_BYTES'],
  ['lib/http/to-json.ts', 'VALUE_LIMIT'],
  ['lib/engine/block.ts', 'REASON_CHARACTERS'],
  ['lib/client/run.ts', 'REASON_LIMIT'],
  ['lib/client/list-runs.ts', 'LONGEST_PAGE'],
  ['lib/codec/format.ts', 'MAX_DEPTH'],
  ['lib/codec/format.ts', 'MAX_OBJECTS'],
  ['lib/codec/encode-error.ts', 'MAX_ERROR_BYTES'],
  ['lib/core/check-name.ts', 'MAX_NAME_LENGTH'],
  ['lib/core/duration.ts', 'MAX_DURATION_MS'],
  ['lib/engine/guard/chance.ts', 'LARGEST_DRAW_BYTES'],
  ['lib/core/attributes.ts', 'CUSTOM_STATUS_LIMIT_BYTES'],
  ['lib/core/attributes.ts', 'ATTRIBUTES_LIMIT_BYTES'],
  ['lib/core/attributes.ts', 'ATTRIBUTE_NAME_LIMIT'],
  ['lib/core/step-options.ts', 'STEP_KEY_LIMIT'],
  ['lib/core/stream.ts', 'STREAM_VALUE_LIMIT_BYTES'],
  ['lib/core/stream.ts', 'STREAM_PAGE_LIMIT'],
  ['lib/engine/digest-arguments.ts', 'ARGUMENTS_LIMIT'],
])('docs/limits.md has the number that %s has as %s', (file, name) => {
  expect(documented.get(name), name).toBe(constantOf(readFileSync(join(root, file), 'utf8'), name));
});

test('docs/limits.md has what a store with a bucket takes as the default of maxValueBytes', () => {
  expect(documented.get('maxValueBytes')).toBe(BUCKET_LIMITS.valueBytes);
});

test('docs/limits.md names no limit that these tests do not know', () => {
  const source = readFileSync(import.meta.filename, 'utf8');
  const unknown = [...documented.keys()].filter((name) => !(name in DEFAULT_SETTINGS) && !source.includes(`'${name}'`));
  expect(unknown).toEqual([]);
});

test('docs/limits.md has each environment variable that is read', () => {
  const environment = readFileSync(join(root, 'lib/lambda/environment.ts'), 'utf8');
  const read = new Set(environment.match(/LULL_[A-Z_]+/g));
  expect(new Set(text.match(/LULL_[A-Z_]+/g))).toEqual(read);
});

/** The value of `const NAME = 256 * 1024;` in a source, most of which are not exported. */
function constantOf(source: string, name: string): number {
  const expression = new RegExp(`const ${name} = ([\\d_* A-Z]+);`).exec(source)?.[1] ?? '';
  const dayMs = 86_400_000;
  return expression
    .split('*')
    .map((factor) => (factor.trim() === 'DAY' ? dayMs : Number(factor.replaceAll('_', ''))))
    .reduce((product, factor) => product * factor, 1);
}
