/** What no deployment could mend is said at synth, with the construct, the file and what to do. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Duration, Stack } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { afterAll, describe, expect, test } from 'vitest';
import { DeploymentError, type WorkflowEngineProps } from '../../infra/index.ts';
import { readWorkflowEntry } from '../../infra/workflow-entry.ts';
import { checkSchedule } from '../../infra/workflow-schedule.ts';
import { createApp, createEngine } from './synthesized.ts';

/** Within the repository: there `lull` is found. */
const root = join(import.meta.dirname, '../..');
mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
const folder = mkdtempSync(join(root, 'node_modules/.cache/entries-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Reads an entry as an engine does whose assets are wanted. */
function read(files: Record<string, string>, options: Partial<Parameters<typeof readWorkflowEntry>[2]> = {}) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const stack = new Stack(createApp({ 'aws:cdk:bundling-stacks': ['**'] }), 'Shop');
  const [entry = ''] = Object.keys(files);
  return readWorkflowEntry(stack, join(folder, entry), {
    engine: 'WorkflowEngine Shop/Workflows',
    environment: {},
    bundling: {},
    ...options,
  });
}

function errorOf(act: () => unknown): DeploymentError {
  try {
    act();
  } catch (error) {
    if (error instanceof DeploymentError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('an entry', () => {
  test('that is not there is named, with the construct and what to give instead', () => {
    const { code, message } = errorOf(() => createEngine({ entry: 'workflows/indx.ts' }));
    expect(code).toBe('ENTRY_NOT_FOUND');
    expect(message).toBe(
      `WorkflowEngine Shop/Workflows: there is no file ${join(process.cwd(), 'workflows/indx.ts')}: name the file that ` +
        `exports your workflows, relative to where you run cdk, such as entry: 'workflows/index.ts'`,
    );
  });

  test('that is a folder is no file', () => {
    expect(errorOf(() => createEngine({ entry: 'functions/workflows' })).code).toBe('ENTRY_NOT_FOUND');
  });

  test('that exports no workflow is named, with what it exports', () => {
    const { code, message } = errorOf(() => read({ 'none.ts': `export const charge = 1;` }));
    expect(code).toBe('CODE_NOT_LOADED');
    expect(message).toContain(
      `the workflows in ${join(folder, 'none.ts')} cannot be deployed: the module has no workflow among its exports ` +
        '(it exports charge)',
    );
  });

  test('with two workflows of one name is named, with both of its exports', () => {
    const source = `
      import { workflow } from 'lull';
      export const first = workflow('nap', function* () {});
      export const second = workflow('nap', function* () {});`;
    expect(errorOf(() => read({ 'twins.ts': source })).message).toContain(
      'two workflows are named "nap": export "first" and export "second"',
    );
  });

  test('that does not build is shown with the line', () => {
    const { code, message } = errorOf(() => read({ 'broken.ts': `export const = 1;` }));
    expect(code).toBe('BUILD_FAILED');
    expect(message).toMatch(/broken\.ts:1:13/);
  });

  test('that throws when it is loaded is shown with its error', () => {
    const { code, message } = errorOf(() => read({ 'throwing.ts': `throw new Error('no STRIPE_KEY');` }));
    expect(code).toBe('CODE_NOT_LOADED');
    expect(message).toContain('no STRIPE_KEY');
  });

  test('that ends the process is refused', () => {
    expect(errorOf(() => read({ 'ending.ts': `process.exit(3);` })).message).toContain('it ended without a word');
  });

  const chatty = `
    import { workflow } from 'lull';
    console.log('{"names":["made up"]}', process.env.STRIPE_KEY);
    setInterval(() => {}, 1000);
    if (!process.env.STRIPE_KEY) throw new Error('no STRIPE_KEY');
    export const nap = workflow('nap', function* () {});`;

  test('may print, keep timers and read the environment of its function', () => {
    const { code } = read({ 'chatty.ts': chatty }, { environment: { STRIPE_KEY: 'k' } });
    expect(code?.names).toEqual(['nap']);
  });

  test('has another version when its code is another one, and only then', () => {
    const source = (words: string) => `
      import { workflow } from 'lull';
      export const nap = workflow('nap', function* () { return '${words}'; });`;
    const versions = ['one', 'one', 'two'].map((words) => read({ 'nap.ts': source(words) }).code?.version);
    expect(versions[0]).toMatch(/^[0-9a-f]{12}$/);
    expect(versions[1]).toBe(versions[0]);
    expect(versions[2]).not.toBe(versions[0]);
  });
});

describe('a prop', () => {
  const refused: [Partial<WorkflowEngineProps>, string][] = [
    [{ entry: '' }, 'entry names the file that exports your workflows'],
    [{ maxConcurrency: 1 }, 'maxConcurrency is 1: give a whole number from 2 to 1000'],
    [{ batchSize: 11 }, 'batchSize is 11: give a whole number from 1 to 10'],
    [{ frames: 'yes' as never }, 'frames is "yes": give true or false'],
    [{ frames: true, bundling: { preCompilation: true } }, 'bundling has preCompilation, and with frames'],
    [{ maxReceiveCount: 0 }, 'maxReceiveCount is 0: give a whole number from 1 to 1000'],
    [{ settings: { maxTask: 1 } as never }, 'settings: there is no setting "maxTask": there are wakeSlackMs'],
    [{ settings: { maxTasks: 0 } }, 'settings: maxTasks is 0, and can be a whole number from 1 to 1000000'],
    [{ sweepInterval: Duration.seconds(90) }, 'sweepInterval is 90 seconds: give whole minutes, one or more'],
    [{ leaseDuration: Duration.minutes(16) }, 'leaseDuration is 960 seconds'],
    [
      { sweepInterval: Duration.minutes(20) },
      'leaseDuration is 1230 seconds (without it, it is sweepInterval and 30 seconds)',
    ],
    [
      { maxConcurrency: 50, workerOptions: { reservedConcurrentExecutions: 10 } },
      'the queue may lead to 50 invocations at a time (maxConcurrency), and 10 are reserved for the worker',
    ],
  ];

  test.each(refused)('%o is refused', (props, message) => {
    const error = errorOf(() => createEngine(props));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', name: 'DeploymentError' });
    expect(error.message).toContain(`WorkflowEngine Shop/Workflows: ${message}`);
  });
});

test('a schedule of a workflow that there is not is refused, with the names there are', () => {
  const check = (workflow: string, workflows?: readonly string[]) => () =>
    checkSchedule('WorkflowEngine Shop/Workflows', 'nightly', workflow, workflows);
  expect(check('reprot', ['checkout', 'report'])).toThrow(
    'WorkflowEngine Shop/Workflows: schedule "nightly" is to start runs, and there is no workflow "reprot": did you ' +
      'mean "report"? Known are checkout, report',
  );
  expect(check('report', ['checkout', 'report'])).not.toThrow();
  expect(check('anything')).not.toThrow(); // nothing was built, so nobody knows
});

test('a schedule’s workflow is looked for where the engine was built', () => {
  const { engine } = createEngine();
  expect(engine.workflows).toBeUndefined();
  const schedule = ScheduleExpression.rate(Duration.hours(1));
  expect(() => engine.addSchedule('hourly', { workflow: 'anything', schedule })).not.toThrow();
});
