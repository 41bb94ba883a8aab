/** Schedules: EventBridge Scheduler asks a function of the engine to start a run. */
import type { Schedule as EventsSchedule } from 'aws-cdk-lib/aws-events';
import { Grant, Role, ServicePrincipal, type IRole } from 'aws-cdk-lib/aws-iam';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
  type IScheduleTarget,
} from 'aws-cdk-lib/aws-scheduler';
import { ScheduleTargetBase, type ScheduleTargetBaseProps } from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { ScheduledRequest } from '../lib/client/start-scheduled.ts';
import { UnknownWorkflowError } from '../lib/core/workflow-registry.ts';
import { DeploymentError } from './deployment-error.ts';
import { OPERATIONS } from './grants.ts';
import { checkRequestSize, checkScheduleInput } from './schedule-input.ts';
import { createFunction, type EngineParts } from './workflow-function.ts';

/** Which workflow to start, and when. */
export interface WorkflowScheduleOptions {
  /** The workflow's name. */
  readonly workflow: string;
  /**
   * When: `ScheduleExpression` of `aws-cdk-lib/aws-scheduler`, which knows time zones, or `Schedule` of
   * `aws-cdk-lib/aws-events`, in UTC. A run starts within the minute.
   */
  readonly schedule: ScheduleExpression | EventsSchedule;
  /**
   * The workflow's input, the same each time: what JSON can hold, up to 256 KB with the rest of the request. What JSON
   * would drop or change (undefined in an object or a list, a Date, a Map, NaN, a bigint) is a DeploymentError.
   *
   * @default - undefined
   */
  readonly input?: unknown;
  /**
   * What to do while the last run of this schedule goes on: `'skip'` starts none, `'allow'` another one.
   *
   * @default 'skip'
   */
  readonly overlap?: 'skip' | 'allow';
  /**
   * Whether it starts anything.
   *
   * @default true
   */
  readonly enabled?: boolean;
}

/** What could not be started within it is a dead letter. */
const LONGEST_DELAY = Duration.hours(1);

/** What the schedules of an engine share: the function that they call, and the right to call it. */
export class ScheduleTarget extends Construct {
  readonly handler: NodejsFunction;
  readonly role: Role;
  readonly #deadLetterQueue: IQueue;

  constructor(scope: Construct, id: string, parts: EngineParts) {
    super(scope, id);
    this.#deadLetterQueue = parts.deadLetterQueue;
    this.handler = createFunction(this, 'Function', parts, {
      handler: 'schedule',
      description: 'Starts runs by schedule',
      memorySize: 256,
      timeout: Duration.seconds(30),
      options: parts.props.scheduleOptions,
      operations: OPERATIONS.schedule,
    });
    // It is called without waiting for it: what it cannot start after two more tries must be seen somewhere.
    this.handler.configureAsyncInvoke({
      maxEventAge: LONGEST_DELAY,
      onFailure: new SqsDestination(parts.deadLetterQueue),
    });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
  }

  /** `shownName` names the schedule in errors. */
  add(name: string, options: WorkflowScheduleOptions, shownName: string): Schedule {
    const { workflow, schedule, input, overlap = 'skip', enabled = true } = options;
    checkScheduleInput(shownName, input);
    const request: ScheduledRequest = {
      schedule: name,
      scheduledAt: ContextAttribute.scheduledTime,
      workflow,
      overlap,
      ...(input === undefined ? {} : { input }),
    };
    checkRequestSize(shownName, request);
    return new Schedule(this, name, {
      description: `Starts runs of the workflow ${workflow}`,
      schedule: toExpression(schedule),
      enabled,
      target: new FunctionTarget(this.handler, {
        role: this.role,
        input: ScheduleTargetInput.fromObject(request),
        deadLetterQueue: this.#deadLetterQueue,
        maxEventAge: LONGEST_DELAY,
        retryAttempts: 10,
      }),
    });
  }
}

/** CDK's own target may also call every version of the function. */
class FunctionTarget extends ScheduleTargetBase implements IScheduleTarget {
  constructor(handler: NodejsFunction, props: ScheduleTargetBaseProps) {
    super(props, handler.functionArn);
  }

  protected override addTargetActionToRole(role: IRole): void {
    Grant.addToPrincipal({ grantee: role, actions: ['lambda:InvokeFunction'], resourceArns: [this.targetArn] });
  }
}

function toExpression(schedule: ScheduleExpression | EventsSchedule): ScheduleExpression {
  if (schedule instanceof ScheduleExpression) return schedule;
  return ScheduleExpression.expression(schedule.expressionString);
}

/** `workflows`: those there are; undefined where they are not known. */
export function checkSchedule(
  engine: string,
  name: string,
  workflow: string,
  workflows: readonly string[] | undefined,
): void {
  if (!/^[\w.-]{1,64}$/.test(name)) {
    throw new DeploymentError(
      'INVALID_ARGUMENT',
      `${engine}: a schedule cannot be named "${name}": give 1 to 64 characters out of A-Z, a-z, 0-9 and . _ -`,
    );
  }
  if (workflows === undefined || workflows.includes(workflow)) return;
  const { message } = new UnknownWorkflowError(workflow, workflows);
  throw new DeploymentError('INVALID_ARGUMENT', `${engine}: schedule "${name}" is to start runs, and ${message}`);
}
