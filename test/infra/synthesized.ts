/** Stacks with an engine in them, as templates. Nothing is built but where a test asks for it: that takes seconds. */
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { WorkflowEngine, type WorkflowEngineProps } from '../../infra/index.ts';

export const ENTRY = 'functions/workflows/index.ts';

/** An app whose functions are not built, and whose templates are checked by the tests alone. */
export function createApp(context: Record<string, unknown> = {}): App {
  return new App({
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: false,
    context: {
      'aws:cdk:bundling-stacks': [],
      '@aws-cdk/aws-iam:minimizePolicies': true,
      ...context,
    },
  });
}

export function createEngine(props: Partial<WorkflowEngineProps> = {}): {
  app: App;
  stack: Stack;
  engine: WorkflowEngine;
} {
  const app = createApp();
  const stack = new Stack(app, 'Shop');
  return { app, stack, engine: new WorkflowEngine(stack, 'Workflows', { entry: ENTRY, ...props }) };
}

export function synthesize(props: Partial<WorkflowEngineProps> = {}): Template {
  return Template.fromStack(createEngine(props).stack);
}

/** The properties of the only resource of a type whose logical id has this in it. */
export function propertiesOf(template: Template, type: string, id = ''): Record<string, unknown> {
  const found = Object.entries(template.findResources(type)).filter(([name]) => name.includes(id));
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${found.length} resources ${type} have "${id}"`);
  return (only[1] as { Properties: Record<string, unknown> }).Properties;
}

export interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Effect: string;
}

/** The statements of a role's own policy, as readable lines: `action on resource`. */
export function permissionsOf(template: Template, roleId: string): string[] {
  const { PolicyDocument } = propertiesOf(template, 'AWS::IAM::Policy', roleId) as {
    PolicyDocument: { Statement: Statement[] };
  };
  return PolicyDocument.Statement.flatMap(({ Action, Resource }) =>
    [Action].flat().flatMap((action) => [Resource].flat().map((resource) => `${action} on ${nameOf(resource)}`)),
  ).sort();
}

/** A reference in a template, in short: the logical id without its hash, and what follows. */
export function nameOf(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const {
    'Fn::GetAtt': attribute,
    'Fn::Join': join,
    Ref: ref,
  } = resource as {
    'Fn::GetAtt'?: [string, string];
    'Fn::Join'?: [string, unknown[]];
    Ref?: string;
  };
  if (join) return join[1].map(nameOf).join(join[0]);
  return (attribute?.[0] ?? ref ?? '').replace(/[0-9A-F]{8}$/, '');
}
