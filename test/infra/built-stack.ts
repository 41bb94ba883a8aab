/** A stack with an engine, synthesized and built as `npx cdk synth` does it: that takes seconds. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { WorkflowEngine, type WorkflowEngineProps } from '../../infra/index.ts';
import type { WhenDone } from '../local/temporary-folder.ts';

/** Within the repository: there the bundles find the AWS SDK, which on Lambda is a part of the runtime. */
const cache = join(import.meta.dirname, '../../node_modules/.cache');

/** Gives the folder of the assembly, which is gone when all is over. */
export function synthesizeStack(
  whenDone: WhenDone,
  props: Partial<WorkflowEngineProps> | ((stack: Stack) => Partial<WorkflowEngineProps>) = {},
  extend: (engine: WorkflowEngine, stack: Stack) => void = () => undefined,
): string {
  const outdir = newFolder(whenDone);
  const app = new App({
    outdir,
    analyticsReporting: false,
    treeMetadata: false,
    context: { '@aws-cdk/aws-iam:minimizePolicies': true },
  });
  const stack = new Stack(app, 'Shop');
  const engine = new WorkflowEngine(stack, 'Workflows', {
    entry: join(import.meta.dirname, '../local/fixtures/naps.ts'),
    workerOptions: { timeout: Duration.seconds(30) },
    ...(typeof props === 'function' ? props(stack) : props),
  });
  engine.addSchedule('hourly', {
    workflow: 'echo',
    schedule: ScheduleExpression.rate(Duration.hours(1)),
    input: 'a schedule',
    overlap: 'allow',
  });
  extend(engine, stack);
  app.synth();
  return outdir;
}

/** A table of the author's own, of which each item has an `id`. */
export function tableWithId(stack: Stack, tableName: string): Table {
  return new Table(stack, 'OwnTable', { tableName, partitionKey: { name: 'id', type: AttributeType.STRING } });
}

/** A copy of an assembly with another template, as somebody might have deployed it. */
export function changeTemplate(from: string, change: (template: Template) => void, whenDone: WhenDone): string {
  const folder = newFolder(whenDone);
  cpSync(from, folder, { recursive: true });
  const file = join(folder, 'Shop.template.json');
  const template = JSON.parse(readFileSync(file, 'utf8')) as Template;
  change(template);
  writeFileSync(file, JSON.stringify(template));
  return folder;
}

export interface Template {
  Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>>;
}

function newFolder(whenDone: WhenDone): string {
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'stack-'));
  whenDone(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
