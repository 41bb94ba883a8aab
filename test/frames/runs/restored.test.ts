/** Runs that are stored and restored before each event do what they do straight through. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChaCha20 } from '../../../lib/core/chacha20.ts';
import { canStoreRuns } from '../../../lib/scheduler/run-frames.ts';
import { expectTrace } from '../../asyncio/expected.ts';
import { scenarios } from '../../asyncio/scenarios.ts';
import { createTrace } from '../../asyncio/trace.ts';
import { drive, type Driven, type DriveOptions } from '../../scheduler/drive.ts';
import { messages, toBody, type Tree, trees } from '../../scheduler/random-trees.ts';
import { restingPrograms } from '../../scheduler/resting-programs.ts';

it('this code was compiled', () => {
  expect(canStoreRuns()).toBe(true);
});

describe('restored before each event, a run logs what CPython logs', () => {
  it.each(Object.entries(scenarios))('%s', (name, scenario) => {
    const trace = createTrace(scenario);
    const { outcome, logged } = drive(trace.body, { mode: 'restored' });
    expectTrace(name, { rows: trace.rows, logged: logged.flatMap(({ values }) => values), outcome });
  });
});

describe('restored before each event, a program records what it records straight through', () => {
  it.each(Object.entries(restingPrograms))('%s', (_name, body) => {
    const options = { strict: false, messages: [], atMostEvents: 50 }; // one of them never ends
    const ofRun = () => ({ random: new ChaCha20(new Uint8Array(32)) });
    const straight = drive(body, { ...options, live: ofRun() });
    const restored = drive(body, { ...options, live: ofRun(), mode: 'restored' });
    expect(plain(restored)).toEqual(plain(straight));
  });
});

const linesOf: { lines: string[] } = { lines: [] };

function run(tree: Tree, options: DriveOptions): Driven & { readonly lines: readonly string[] } {
  linesOf.lines = [];
  const driven = drive(
    toBody(tree, (line) => linesOf.lines.push(line)),
    options,
  );
  return { ...driven, lines: linesOf.lines };
}

it('restored before each event, random trees do and record what they do straight through', () => {
  fc.assert(
    fc.property(trees, messages, (tree, messages) => {
      const [straight, restored] = (['straight', 'restored'] as const).map((mode) =>
        run(tree, { mode, strict: false, messages }),
      );
      expect(restored!.lines).toEqual(straight!.lines);
      expect(plain(restored!)).toEqual(plain(straight!));
    }),
    { numRuns: 300 },
  );
});

/** Errors by what they say, and values as JSON has them. */
function plain({ outcome, journal, logged }: Driven): unknown {
  const { kind } = outcome;
  const end = 'error' in outcome ? String(outcome.error) : JSON.stringify('value' in outcome ? outcome.value : null);
  return { kind, end, journal: JSON.stringify(journal), logged: logged.map(({ values }) => values.map(String)) };
}
