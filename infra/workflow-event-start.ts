/** Event starts: a rule of EventBridge asks a function of the engine to start a run for each event. */
import { Annotations, Duration, Token } from 'aws-cdk-lib';
import {
  Rule,
  RuleTargetInput,
  type EventBus,
  type EventPattern,
  type IEventBus,
  type IRule,
  type RuleTargetInputProperties,
} from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { UnknownWorkflowError } from '../lib/core/workflow-registry.ts';
import { DeploymentError } from './deployment-error.ts';
import { OPERATIONS } from './grants.ts';
import { createFunction, type EngineParts } from './workflow-function.ts';

/** Which events start runs, and of which workflow. */
export interface WorkflowEventStartOptions {
  /** Which events: as for a Rule of `aws-cdk-lib/aws-events`. */
  readonly eventPattern: EventPattern;
  /** The workflow's name. */
  readonly workflow: string;
  /**
   * The bus.
   *
   * @default - the account's own, where the events of AWS services are
   */
  readonly eventBus?: IEventBus | EventBus;
  /**
   * What a run is given of its event, such as `RuleTargetInput.fromEventPath('$.detail')`.
   *
   * @default - the whole event: `{ id, source, 'detail-type', time, detail, ... }`
   */
  readonly input?: RuleTargetInput;
  /**
   * Whether it starts anything.
   *
   * @default true
   */
  readonly enabled?: boolean;
}

/** EventBridge's own: an event that is late is better than none. */
const RULE_MAX_EVENT_AGE = Duration.hours(24);
const RULE_RETRY_ATTEMPTS = 185;
/** The longest that Lambda has. */
const FUNCTION_MAX_EVENT_AGE = Duration.hours(6);

/** What the event starts of an engine share: the function that their rules call. */
export class EventStartTarget extends Construct {
  readonly handler: NodejsFunction;
  readonly #deadLetterQueue: IQueue;

  constructor(scope: Construct, id: string, parts: EngineParts) {
    super(scope, id);
    this.#deadLetterQueue = parts.deadLetterQueue;
    this.handler = createFunction(this, 'Function', parts, {
      handler: 'event-start',
      description: 'Starts runs by events',
      memorySize: 256,
      timeout: Duration.seconds(30),
      options: parts.props.eventStartOptions,
      operations: OPERATIONS.eventStart,
    });
    // It is called without waiting for it: what it cannot start after two more tries must be seen somewhere.
    this.handler.configureAsyncInvoke({
      maxEventAge: FUNCTION_MAX_EVENT_AGE,
      onFailure: new SqsDestination(parts.deadLetterQueue),
    });
  }

  add(id: string, { workflow, eventPattern, eventBus, input, enabled = true }: WorkflowEventStartOptions): Rule {
    const rule = new Rule(this, id, {
      description: `Starts runs of the workflow ${workflow}`,
      eventPattern,
      enabled,
      ...(eventBus ? { eventBus } : {}),
    });
    rule.addTarget(
      new LambdaFunction(this.handler, {
        event: new StartInput({ start: id, workflow }, input),
        deadLetterQueue: this.#deadLetterQueue,
        maxEventAge: RULE_MAX_EVENT_AGE,
        retryAttempts: RULE_RETRY_ATTEMPTS,
      }),
    );
    warnOfLoop(this, id, { workflow, eventPattern });
    return rule;
  }
}

/** The request for the function: the names, the whole event, and the input of the run, where it is not that. */
class StartInput extends RuleTargetInput {
  readonly #names: { readonly start: string; readonly workflow: string };
  readonly #input: RuleTargetInput | undefined;

  constructor(names: { readonly start: string; readonly workflow: string }, input: RuleTargetInput | undefined) {
    super();
    this.#names = names;
    this.#input = input;
  }

  bind(rule: IRule): RuleTargetInputProperties {
    const { text, paths = {} } = inputOf(this.#input?.bind(rule), this.#names.start);
    const parts = [
      ...Object.entries(this.#names).map(([name, value]) => `"${name}":${JSON.stringify(value)}`),
      '"event":<aws.events.event.json>',
      ...(text === undefined ? [] : [`"input":${text}`]),
    ];
    return { inputTemplate: `{${parts.join(',')}}`, inputPathsMap: paths };
  }
}

const EVENT_PATH_VARIABLE = 'lull-input';

function inputOf(
  given: RuleTargetInputProperties | undefined,
  start: string,
): { readonly text?: string; readonly paths?: Record<string, string> } {
  if (given === undefined) return {};
  const { input, inputPath, inputTemplate, inputPathsMap = {} } = given;
  if (inputPath === '$') return {};
  if (inputPath !== undefined) return { text: `<${EVENT_PATH_VARIABLE}>`, paths: { [EVENT_PATH_VARIABLE]: inputPath } };
  const text = inputTemplate ?? input ?? 'null';
  if (!text.includes('\n')) return { text, paths: inputPathsMap };
  throw new DeploymentError(
    'INVALID_ARGUMENT',
    `event start "${start}": its input has several lines, which are no JSON: use RuleTargetInput.fromObject, fromText or ` +
      'fromEventPath',
  );
}

/** Runs that start runs when they end, without an end: EventBridge stops no such loop. */
function warnOfLoop(
  scope: Construct,
  id: string,
  { workflow, eventPattern: { source, detail } }: Pick<WorkflowEventStartOptions, 'workflow' | 'eventPattern'>,
): void {
  const isOfLull = Token.isUnresolved(source) || (source ?? []).includes('lull');
  const followed: unknown = detail?.['workflow'];
  const followsItself = followed === undefined || (Array.isArray(followed) && followed.includes(workflow));
  if (!isOfLull || !followsItself) return;
  Annotations.of(scope).addWarningV2(
    'lull:eventStartLoop',
    `event start "${id}" starts a run of "${workflow}" for life-cycle events of that workflow too, also for those of the runs that ` +
      `it has started: that goes on without an end. Name other workflows in its pattern: detail: { workflow: ['checkout'] }`,
  );
}

/** `workflows`: those there are; undefined where they are not known. */
export function checkEventStart(
  engine: string,
  id: string,
  { workflow, eventPattern }: WorkflowEventStartOptions,
  workflows: readonly string[] | undefined,
): void {
  const refuse = (problem: string): never => {
    throw new DeploymentError('INVALID_ARGUMENT', `${engine}: ${problem}`);
  };
  if (!/^[\w.-]{1,64}$/.test(id)) {
    refuse(`an event start cannot be named "${id}": give 1 to 64 characters out of A-Z, a-z, 0-9 and . _ -`);
  }
  if (Object.keys({ ...eventPattern }).length === 0) {
    refuse(`event start "${id}" has no eventPattern: name the events, such as { source: ['aws.s3'] }`);
  }
  if (workflows === undefined || workflows.includes(workflow)) return;
  const { message } = new UnknownWorkflowError(workflow, workflows);
  refuse(`event start "${id}" is to start runs, and ${message}`);
}
