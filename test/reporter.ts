import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';

/**
 * Says at the very end, in plain lines, what failed and how many: `FAILED ...` for each, then `N passed, N failed`.
 * A file that cannot be loaded, a hook that throws and an error that no test caught count as failures too.
 */
export default class PlainReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const failures = [
      ...tests.filter((test) => test.result().state === 'failed').map(title),
      ...modules.flatMap((module) => [module, ...module.children.allSuites()].flatMap(brokenOutsideTests)),
      ...unhandledErrors.map((error) => `outside of all tests: ${firstLine(error)}`),
    ];
    const passed = tests.filter((test) => test.result().state === 'passed').length;
    // A test that never ran, because its file or hook broke, did not pass: its failure is listed by the file or hook.
    const skipped = tests.length - passed - tests.filter((test) => test.result().state === 'failed').length;

    const lines = [...leftOut(tests), ...failures.map((failure) => `FAILED ${failure}`)];
    lines.push(`${passed} passed, ${failures.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
    process.stdout.write(`\n${lines.join('\n')}\n`);
  }
}

/** Tests that say themselves why they cannot run here, and what would change that: a line for each reason. */
function leftOut(tests: readonly TestCase[]): string[] {
  const reasons = new Map<string, Set<string>>();
  for (const test of tests) {
    const result = test.result();
    if (result.state !== 'skipped' || result.note === undefined) continue;
    reasons.set(result.note, (reasons.get(result.note) ?? new Set()).add(test.module.relativeModuleId));
  }
  return [...reasons].map(([reason, files]) => `LEFT OUT the tests of ${[...files].join(', ')}: ${reason}`);
}

function title(test: TestCase): string {
  return `${test.module.relativeModuleId} > ${test.fullName}`;
}

function brokenOutsideTests(of: TestModule | TestSuite): string[] {
  const where = of.type === 'module' ? of.relativeModuleId : `${of.module.relativeModuleId} > ${of.fullName}`;
  return of.errors().map((error) => `${where}: ${firstLine(error)}`);
}

function firstLine(error: unknown): string {
  const message = error instanceof Error || isMessage(error) ? error.message : String(error);
  return message.split('\n')[0] ?? '';
}

function isMessage(error: unknown): error is { message: string } {
  return typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string';
}
