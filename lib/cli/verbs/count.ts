/** `lull count`: how many runs there are, by status. */
import type { EngineVerb } from '../engine-verb.ts';
import { listPages } from '../engine/list-runs.ts';
import { EXIT } from '../exit-codes.ts';
import { RUN_STATUSES } from '../../http/schemas.ts';
import { filterOptions, toFilter, type FilterOptions } from '../run-filter.ts';
import { statusColor } from '../text/status-color.ts';

export const count: EngineVerb<FilterOptions> = {
  name: 'count',
  summary: 'count runs, by status',
  options: filterOptions(),
  examples: [
    ['lull count', 'All runs'],
    ['lull count --workflow checkout --since "1 day" --json', 'Those of a day, for a program'],
  ],
  async act({ engine, output, surroundings, options }) {
    const counts = new Map<string, number>();
    let total = 0;
    for await (const page of listPages(engine, toFilter(options, surroundings.nowMs()), Infinity)) {
      for (const { status } of page) counts.set(status, (counts.get(status) ?? 0) + 1);
      total += page.length;
      if (output.isTerminal && total >= PROGRESS_FROM) output.raw(`\r${total} ...`);
    }
    if (output.isTerminal && total >= PROGRESS_FROM) output.raw('\r\u001b[K');
    const byStatus = RUN_STATUSES.flatMap((status) => {
      const number = counts.get(status);
      return number === undefined ? [] : [[status, number] as const];
    });
    if (output.isJson) {
      output.document({ count: total, byStatus: Object.fromEntries(byStatus) });
      return EXIT.ok;
    }
    const digits = String(total).length;
    for (const [status, number] of byStatus) {
      output.line([String(number).padStart(digits), '  ', [statusColor(status) ?? 'cyan', status]]);
    }
    output.line(`${String(total).padStart(digits)}  in all`);
    return EXIT.ok;
  },
};

const PROGRESS_FROM = 2_000;
