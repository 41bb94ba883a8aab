/** The bus of life-cycle events, and runs that are started by events: what the template has, and what its parts do. */
import { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { EventBus, EventField, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createEventStartHandler } from '../../functions/create-event-start-handler.ts';
import type { WorkflowEventStartOptions } from '../../infra/index.ts';
import { checkEventStart } from '../../infra/workflow-event-start.ts';
import type { EventStartRequest } from '../../lib/client/start-by-event.ts';
import { workflow } from '../../lib/index.ts';
import { inputOf } from '../../lib/local/triggers/event-input.ts';
import { createWorld } from '../client/client-world.ts';
import { createApp, createEngine, ENTRY, permissionsOf, propertiesOf } from './synthesized.ts';
import { WorkflowEngine } from '../../infra/index.ts';

const UPLOADS = { eventPattern: { source: ['aws.s3'], detailType: ['Object Created'] }, workflow: 'checkout' };
const EVENT = {
  ...{ version: '0', id: '7bf73129-1428-4cd3-a780-95db273d1602', 'detail-type': 'Object Created', source: 'aws.s3' },
  ...{ account: '123456789012', time: '2026-11-22T03:00:00Z', region: 'us-east-1', resources: [] },
  detail: { object: { key: 'a.png' } },
};
const ENVIRONMENT = { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes' };

describe('the bus of life-cycle events', () => {
  test('is one that the worker may put events on, and no other function', () => {
    const stack = new Stack(createApp(), 'Shop');
    new WorkflowEngine(stack, 'Workflows', { entry: ENTRY, events: new EventBus(stack, 'Orders'), metrics: false });
    const template = Template.fromStack(stack);
    expect(permissionsOf(template, 'Worker').filter((line) => line.startsWith('events:'))).toEqual([
      expect.stringMatching(/^events:PutEvents on Orders/),
    ]);
    for (const role of ['ApiFunctionRole', 'SweeperFunctionRole']) {
      const found = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([name]) =>
        name.includes(role.slice(0, 5)),
      );
      expect(JSON.stringify(found)).not.toContain('events:');
    }
    const worker = propertiesOf(template, 'AWS::Lambda::Function', 'Worker');
    expect(worker['Environment']).toMatchObject({
      Variables: {
        LULL_EVENT_BUS: { 'Fn::GetAtt': [expect.stringContaining('Orders'), 'Arn'] },
        LULL_EVENT_ENGINE: 'Shop/Workflows',
      },
    });
  });

  test('leaves no trace where there is none', () => {
    const template = JSON.stringify(Template.fromStack(createEngine().stack).toJSON());
    expect(template).not.toMatch(/LULL_EVENT|PutEvents|EventStarts/);
  });
});

/** What EventBridge sends to the function for an event, by the template. */
function sentFor(options: Partial<WorkflowEventStartOptions>, event: object): EventStartRequest {
  const { stack, engine } = createEngine();
  engine.addEventStart('uploads', { ...UPLOADS, ...options });
  const { Targets } = propertiesOf(Template.fromStack(stack), 'AWS::Events::Rule', 'uploads') as {
    Targets: [{ InputTransformer: { InputTemplate: string; InputPathsMap?: Record<string, string> } }];
  };
  const { InputTemplate: template, InputPathsMap: paths = {} } = Targets[0].InputTransformer;
  const context = { ruleArn: 'arn:rule', ruleName: 'uploads', atMs: 0 };
  return JSON.parse(inputOf(event, { transformer: { template, paths } }, context)) as EventStartRequest;
}

describe('an event start', () => {
  test('is a rule that calls a function of the engine; what cannot be started is a dead letter', () => {
    const { stack, engine } = createEngine();
    expect(engine.eventStartFunction).toBeUndefined();
    engine.addEventStart('uploads', UPLOADS);
    engine.addEventStart('orders', {
      ...{ eventPattern: { source: ['shop'] }, workflow: 'approval', enabled: false },
      eventBus: EventBus.fromEventBusName(stack, 'Bus', 'orders'),
    });
    expect(engine.eventStartFunction).toBeDefined();
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Lambda::Function', 4);
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { source: ['aws.s3'], 'detail-type': ['Object Created'] },
      State: 'ENABLED',
      EventBusName: Match.absent(),
      Targets: [
        {
          Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('EventStartsFunction'), 'Arn'] },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('DeadLetterQueue'), 'Arn'] } },
          RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
        },
      ],
    });
    template.hasResourceProperties('AWS::Events::Rule', { EventBusName: 'orders', State: 'DISABLED' });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumEventAgeInSeconds: 21_600,
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('DeadLetter'), 'Arn'] } },
      },
    });
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Principal: 'events.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('uploads'), 'Arn'] },
    });
  });

  test('sends the event, and what its input is to be', () => {
    expect(sentFor({}, EVENT)).toEqual({ start: 'uploads', workflow: 'checkout', event: EVENT });
    const inputOfRun = (input: RuleTargetInput): unknown => sentFor({ input }, EVENT).input;
    expect(inputOfRun(RuleTargetInput.fromEventPath('$.detail'))).toEqual(EVENT.detail);
    expect(inputOfRun(RuleTargetInput.fromObject({ days: 7 }))).toEqual({ days: 7 });
    const key = EventField.fromPath('$.detail.object.key');
    expect(inputOfRun(RuleTargetInput.fromObject({ key, from: EventField.source }))).toEqual({
      key: 'a.png',
      from: 'aws.s3',
    });
    expect(inputOfRun(RuleTargetInput.fromText(`the file ${key}`))).toBe('the file a.png');
  });

  test('starts one run for an event that comes twice, with the event as its input', async () => {
    const world = createWorld();
    const checkout = workflow('checkout', function* (_event: unknown) {});
    const handler = createEventStartHandler([checkout], { ...world, environment: ENVIRONMENT });
    const request = sentFor({}, EVENT);
    const runId = `uploads:${EVENT.id}`;
    expect(await handler(request)).toEqual({ runId });
    expect(await handler(request)).toEqual({ runId });
    expect(await world.client.run(runId).describe()).toMatchObject({ workflow: 'checkout', input: EVENT });
    expect(await handler(sentFor({ input: RuleTargetInput.fromObject('else') }, EVENT))).toEqual({ runId });
    const { id } = EVENT;
    const about = {
      start: 'uploads',
      workflow: 'checkout',
      eventId: id,
      source: 'aws.s3',
      detailType: 'Object Created',
    };
    expect(world.log.lines[0]).toEqual(['info', 'an event started a run', { ...about, runId }]);
  });

  test('starts one run for a life-cycle event that lull has sent twice: to EventBridge these are two', async () => {
    const world = createWorld();
    const checkout = workflow('checkout', function* (_event: unknown) {});
    const handler = createEventStartHandler([checkout], { ...world, environment: ENVIRONMENT });
    const ended = { ...EVENT, source: 'lull', detail: { id: 'completed-abc_DEF-123', runId: 'r1' } };
    expect(await handler(sentFor({}, ended))).toEqual({ runId: 'uploads:completed-abc_DEF-123' });
    expect(await handler(sentFor({}, { ...ended, id: 'another' }))).toEqual({ runId: 'uploads:completed-abc_DEF-123' });
    const odd = { ...ended, detail: { id: 'not / an id' } };
    expect(await handler(sentFor({}, odd))).toEqual({ runId: `uploads:${EVENT.id}` });
  });

  test('starts nothing for an event that the workflow’s schema refuses, and says so', async () => {
    const world = createWorld();
    const checkout = workflow('checkout', { input: z.object({ order: z.string() }) }, function* () {});
    const handler = createEventStartHandler([checkout], { ...world, environment: ENVIRONMENT });
    await expect(handler(sentFor({}, EVENT))).rejects.toThrow('order');
    expect(await world.store.readRun(`uploads:${EVENT.id}`)).toBeUndefined();
    expect(world.log.lines).toMatchObject([
      [
        'error',
        'an event started no run: after two more tries it is a dead letter',
        { eventId: EVENT.id, start: 'uploads' },
      ],
    ]);
    await expect(handler({ start: 'uploads', workflow: 'checkout' } as EventStartRequest)).rejects.toThrow(
      'event start "uploads" got undefined, which is no event of EventBridge',
    );
    await expect(handler({ ...sentFor({}, EVENT), start: 'a b' })).rejects.toThrow('cannot be named "a b"');
    await expect(handler({ ...sentFor({}, EVENT), workflow: 'chekcout' })).rejects.toThrow('checkout');
  });

  test.each<[string, string, Partial<WorkflowEventStartOptions>, string]>([
    ['a name that cannot stand in a run’s id', 'every upload', {}, 'an event start cannot be named "every upload"'],
    ['no pattern', 'uploads', { eventPattern: {} }, 'event start "uploads" has no eventPattern'],
    [
      'an input of several lines',
      'uploads',
      { input: RuleTargetInput.fromMultilineText('a\nb') },
      'event start "uploads": its input has several lines',
    ],
  ])('is refused with %s', (_, id, options, message) => {
    const { engine } = createEngine();
    expect(() => engine.addEventStart(id, { ...UPLOADS, ...options })).toThrow(message);
  });

  test('is refused with a workflow that there is not', () => {
    const check = (workflow: string): void =>
      checkEventStart('Shop', 'uploads', { ...UPLOADS, workflow }, ['checkout']);
    expect(() => check('chekcout')).toThrow('Shop: event start "uploads" is to start runs, and');
    expect(() => check('checkout')).not.toThrow();
  });

  test('that runs would start for their own ends is warned of', () => {
    const warnings = (detail?: Record<string, unknown>): number => {
      const { stack, engine } = createEngine();
      engine.addEventStart('chain', {
        eventPattern: { source: ['lull'], ...(detail ? { detail } : {}) },
        workflow: 'checkout',
      });
      return Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('goes on without an end')).length;
    };
    expect(warnings()).toBe(1);
    expect(warnings({ workflow: ['approval', 'checkout'] })).toBe(1);
    expect(warnings({ workflow: ['approval'] })).toBe(0);
    expect(warnings({ workflow: [{ 'anything-but': 'checkout' }] })).toBe(0);
  });
});
