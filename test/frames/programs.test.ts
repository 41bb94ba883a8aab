/** Hand-written programs: natively, and with a round trip to bytes and another realm before each resumption. */
import { expect, test } from 'vitest';
import { describeDrive, drive, drivesOf } from './support/drive.ts';
import { namedPrograms } from './support/programs.ts';
import { compiledRealm, compiledScript, nativeRealm, nativeScript } from './support/realm.ts';

const logTo =
  (trace: string[]) =>
  (...args: unknown[]): void => {
    trace.push(`log ${args.map(String).join(' ')}`);
  };

test.each(namedPrograms())('$name does in each realm what it does natively', ({ source, isRefused }) => {
  const native = nativeScript(source);
  const { script } = compiledScript(source);
  const inNative = (trace: string[]) => nativeRealm(native, logTo(trace));
  const inCompiled = (trace: string[]) => compiledRealm(script, logTo(trace));
  let roundTrips = 0;
  const refusals = new Set<string>();
  for (const how of drivesOf(drive({ sends: 'tens' }, inNative).yields, 6)) {
    const expected = drive(how, inNative);
    const outcome = drive(how, inCompiled, inCompiled);
    expect({ how: describeDrive(how), trace: outcome.trace }).toEqual({
      how: describeDrive(how),
      trace: expected.trace,
    });
    roundTrips += outcome.roundTrips;
    for (const refusal of outcome.refusals) refusals.add(refusal);
  }
  expect(roundTrips).toBeGreaterThan(0);
  expect([...refusals].length > 0).toBe(isRefused);
  for (const refusal of refusals) expect(refusal).toMatch(/^ \([^)]+:\d+\)\.\w+\S* (is|has) /);
});
