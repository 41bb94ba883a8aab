/** What docs/security.md says of grants is what the templates give. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { User } from 'aws-cdk-lib/aws-iam';
import { expect, test } from 'vitest';
import type { WorkflowEngine } from '../../infra/index.ts';
import { createEngine } from './synthesized.ts';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/security.md'), 'utf8');

/** The actions that a grant gives. */
function actionsOf(grant: 'grantStart' | 'grantSignal' | 'grantRead' | 'grantManage'): string[] {
  const { stack, engine } = createEngine();
  const user = new User(stack, 'Caller');
  (engine[grant] as (grantee: User) => unknown).call(engine satisfies WorkflowEngine, user);
  const policies = Template.fromStack(stack).findResources('AWS::IAM::Policy') as Record<
    string,
    { Properties: { Users?: unknown; PolicyDocument: { Statement: { Action: string | string[] }[] } } }
  >;
  return Object.values(policies)
    .filter(({ Properties }) => JSON.stringify(Properties.Users ?? '').includes('Caller'))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement.flatMap(({ Action }) => Action));
}

const has = (actions: readonly string[], action: RegExp): boolean => actions.some((each) => action.test(each));

test('grantStart and grantSignal write and delete items, as the document warns', () => {
  for (const grant of ['grantStart', 'grantSignal'] as const) {
    expect(has(actionsOf(grant), /^dynamodb:(PutItem|UpdateItem)$/), grant).toBe(true);
    expect(has(actionsOf(grant), /^dynamodb:(DeleteItem|BatchWriteItem)$/), grant).toBe(true);
  }
});

test('grantRead writes nothing, wakes nobody and deletes nothing', () => {
  const actions = actionsOf('grantRead');
  expect(actions.length).toBeGreaterThan(0);
  expect(has(actions, /Put|Update|Delete|Write|SendMessage/)).toBe(false);
});

test('no grant lets its holder take turns: none receives wakes', () => {
  for (const grant of ['grantStart', 'grantSignal', 'grantRead', 'grantManage'] as const) {
    expect(has(actionsOf(grant), /ReceiveMessage|PurgeQueue|lambda:/), grant).toBe(false);
  }
});

test('the document names each grant, and each file that it points to is there', () => {
  const source = readFileSync(join(root, 'infra/workflow-engine.ts'), 'utf8');
  for (const [, grant] of source.matchAll(/^ {2}(grant\w+)\(/gm)) expect(text).toContain(`\`${grant}\``);
  for (const [, path] of text.matchAll(/`((?:test|docs|lib|infra)\/[\w./-]+)`/g)) {
    expect(() => readFileSync(join(root, path!)), path).not.toThrow(/ENOENT/);
  }
});
