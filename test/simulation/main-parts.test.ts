/** What stands around the simulation: its command line, and what it tells of its progress. */
import { expect, test } from 'vitest';
import { createCommand, readOptions, type SimulationOptions } from './options.ts';
import { Progress } from './progress.ts';
import { emptyTally, type Tally } from './tally.ts';

const machine = { nowMs: 1_000_000, random: () => 0.5, cores: 2 };
const read = (...args: string[]): SimulationOptions =>
  readOptions(
    createCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => undefined }),
    args,
    machine,
  );
const tallyOf = (runs: number): Tally => ({ ...emptyTally(), runs, faults: { freeze: runs } });

test('a million runs are shared out to all cores, and one run is done here', () => {
  expect(read('--runs', '1000000', '--seed', 'random')).toEqual({
    firstSeed: 500_000_000,
    runs: 1_000_000,
    untilMs: Infinity,
    processes: 2,
    keep: false,
    asItIs: false,
    frames: false,
    workloads: [],
  });
  expect(read('--runs', '1', '--seed', '7')).toMatchObject({ firstSeed: 7, processes: 1 });
  expect(read('--workload', 'pooling', 'pooled runs')).toMatchObject({ workloads: ['pooling', 'pooled runs'] });
  expect(read()).toMatchObject({ runs: Infinity, untilMs: 1_060_000 });
});

test.each([
  ['--runs', '-1'],
  ['--runs', '1.5'],
  ['--seed', 'x'],
  ['--minutes', ''],
  ['--processes', 'NaN'],
])('%s %j is refused', (option, value) => {
  expect(() => read(`${option}=${value}`)).toThrow(
    `option '${option} <number>' argument '${value}' is invalid. It is a`,
  );
});

test('a terminal sees one line that changes, and a file a line each minute', () => {
  const written: string[] = [];
  const write = (text: string): void => void written.push(text);
  const options = { runs: 1_000, untilMs: Infinity, startedAtMs: 0 };
  const onTerminal = new Progress({ ...options, output: { isTTY: true, write } });
  onTerminal.show([tallyOf(100), tallyOf(150)], 10_000);
  expect(written.splice(0)).toEqual([
    '\r\u001b[K250 of 1,000 runs, 250 faults, 0 violations, 25 runs a second, 10 s gone, 30 s to go',
  ]);
  const inFile = new Progress({ ...options, output: { write } });
  for (let second = 0; second < 150; second += 1) inFile.show([tallyOf(second)], second * 1_000);
  expect(written).toHaveLength(2);
  expect(written.every((line) => line.endsWith('to go\n'))).toBe(true);
});
