import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WorkflowAlarms } from '../../infra/index.ts';
import { METRICS_BY_WORKFLOW, METRIC_UNITS } from '../../lib/lambda/metric-names.ts';
import { createEngine } from '../infra/synthesized.ts';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/operations.md'), 'utf8');

/** First cells of the table below a heading, without their backticks, and the whole row. */
function rowsOf(heading: string): Map<string, string> {
  const section = text.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return new Map(Array.from(section.matchAll(/^\| `([^`]+)` .*$/gm), ([row, name]) => [name!, row]));
}

test('docs/operations.md has each metric, and says which are there by workflow', () => {
  const rows = rowsOf('Metrics');
  expect([...rows.keys()].sort()).toEqual(Object.keys(METRIC_UNITS).sort());
  for (const [name, row] of rows) expect(/\| yes +\|$/.test(row), name).toBe(METRICS_BY_WORKFLOW.has(name));
});

test('docs/operations.md has each alarm', () => {
  const { stack, engine } = createEngine({ frames: true });
  const alarms = new WorkflowAlarms(stack, 'Alarms', { engine });
  const named = Object.entries(alarms).filter(([, value]) => alarms.all.some((alarm) => alarm === value));
  expect([...rowsOf('Alarms').keys()].sort()).toEqual(named.map(([name]) => name).sort());
});

test('docs/operations.md has each line that the functions log', () => {
  const lines = ['lib/engine', 'lib/client', 'lib/http', 'functions'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) =>
        Array.from(readFileSync(join(root, folder, file), 'utf8').matchAll(/log\.(\w+)\(['`]([^'`]+)['`]/g)),
      )
      .map(([, level, message]) => ({ level: level!, message: message!.replace(/\$\{[^}]+\}/g, '...') })),
  );
  expect(lines.length).toBeGreaterThan(8);
  const rows = rowsOf('Logs');
  for (const { level, message } of lines) expect(rows.get(message), message).toMatch(new RegExp(`\\| ${level} +\\|`));
});

test('docs/operations.md says how long the window of the alarm on blocked runs is', () => {
  const { stack, engine } = createEngine();
  const { blockedRuns } = new WorkflowAlarms(stack, 'Alarms', { engine });
  const { evaluationPeriods } = blockedRuns!.node.defaultChild as unknown as { evaluationPeriods: number };
  expect(text).toContain(`a sweep interval and a minute: ${evaluationPeriods} minutes`);
});

test('the links within docs/operations.md lead to headings', () => {
  const anchors = Array.from(text.matchAll(/^#+ (.+)$/gm), ([, title]) => title!.toLowerCase().replaceAll(' ', '-'));
  for (const [, anchor] of text.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors).toContain(anchor);
});
