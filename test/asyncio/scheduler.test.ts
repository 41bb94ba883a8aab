import { describe, expect, it } from 'vitest';
import { drive, type Mode } from '../scheduler/drive.ts';
import { expected, expectTrace } from './expected.ts';
import { scenarios } from './scenarios.ts';
import { createTrace } from './trace.ts';

it('every scenario of CPython is ported', () => {
  expect(Object.keys(scenarios).sort()).toEqual(Object.keys(expected).sort());
});

const modes: Record<Exclude<Mode, 'restored'>, string> = {
  straight: 'straight through, a run logs what CPython logs',
  rebuilt: 'rebuilt from its journal at every event, a run logs what CPython logs',
};

describe.each(Object.entries(modes))('%s: %s', (mode) => {
  it.each(Object.entries(scenarios))('%s', (name, scenario) => {
    const trace = createTrace(scenario);
    const { outcome, logged } = drive(trace.body, { mode: mode as Mode });
    expectTrace(name, { rows: trace.rows, logged: logged.flatMap(({ values }) => values), outcome });
  });
});
