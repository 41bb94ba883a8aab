/** Fan-out with tolerated failures: a hundred rows, ten at a time; one in ten may fail. */
import { batch, defineStep, workflow } from 'lull';

const importRow = defineStep('import row', { retry: false }, (row: number, bad: number) => {
  if (row % bad === 0) throw new Error(`row ${row} is broken`);
  return row;
});

export const importRows = workflow('import-rows', function* ({ rows, bad }: { rows: number; bad: number }) {
  function* numbers(): Generator<number> {
    for (let row = 1; row <= rows; row += 1) yield row;
  }
  const imported = yield* batch([...numbers()], (row) => importRow(row, bad), { limit: 10, toleratedFailures: '10%' });
  if (imported.endedBy === 'failures') imported.throwIfFailed();
  return { imported: imported.values().length, failed: imported.errors().length };
});
