/**
 * What a local cloud is made of: plain data. `entry/` describes a file with workflows in these terms, `template/` all
 * stacks of a synthesized app, with each Ref, GetAtt and condition resolved.
 *
 * ARNs, names and URLs are those that this machine gave. A template has an account of zeros, unless the app names its
 * own; a resource's `id` is `StackName/LogicalId`.
 */

export interface Resources {
  /**
   * `iam`: a call of a service has to be signed, and allowed by the policies. `open`: each caller may do everything, and
   * calls the tables directly.
   */
  readonly access: 'iam' | 'open';
  readonly region: string;
  readonly accountId: string;
  readonly functions: readonly FunctionResource[];
  readonly eventSources: readonly EventSourceResource[];
  readonly tables: readonly TableResource[];
  readonly queues: readonly QueueResource[];
  readonly buckets: readonly BucketResource[];
  readonly httpApis: readonly HttpApiResource[];
  readonly schedules: readonly ScheduleResource[];
  readonly eventBuses: readonly EventBusResource[];
  readonly eventRules: readonly EventRuleResource[];
  readonly roles: readonly RoleResource[];
  /** By `StackName.OutputName`. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Types of resources that do nothing here (alarms, dashboards, ...), each once. */
  readonly ignored: readonly string[];
  /** Where local keys are, in the place of payload keys of KMS. Absent: there are none. */
  readonly payloadKeysPath?: string;
}

export interface FunctionResource {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  /** The asset's folder, absolute. */
  readonly codePath: string;
  /**
   * `lambda`: as on AWS. A sandbox runs a copy of the code under aws-lambda-ric, is frozen between invocations, may hold
   * `memoryMb`, and has Lambda's environment variables and its own. `process`: a sandbox runs the code in place under
   * lull's own runtime client, is not frozen, and has its own environment variables and Lambda's names of the function.
   */
  readonly isolation: 'lambda' | 'process';
  /** Sandboxes that exist before the first event, and all that there ever are. Absent: they are made when needed. */
  readonly provisioned?: number;
  /** How many events one sandbox works on at a time. Default 1, as in Lambda. */
  readonly eventsAtATime?: number;
  /** `index.handler`. */
  readonly handler: string;
  /** `nodejs24.x`. */
  readonly runtime: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly reservedConcurrency?: number;
  readonly roleArn: string;
  /** Published versions (`1`) and aliases (`live`) that the template has; `$LATEST` is not among them. */
  readonly qualifiers: readonly { readonly name: string; readonly version: string }[];
  /** For asynchronous invocations: how often one that failed is tried again (AWS's default is 2). */
  readonly maxRetryAttempts: number;
  /** Where the events of asynchronous invocations go that failed each time: the ARN of a queue, or of a function. */
  readonly onFailureArn?: string;
  /** Of its LoggingConfig; AWS's default is `Text`. */
  readonly logFormat?: 'JSON' | 'Text';
  /** The principals that may invoke it besides identities, as a policy document: its Lambda permissions. */
  readonly policy?: PolicyDocument;
}

/** A policy of IAM's. */
export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly unknown[];
}

export interface EventSourceResource {
  readonly id: string;
  readonly queueArn: string;
  readonly functionArn: string;
  /** A version or an alias of it. */
  readonly qualifier?: string;
  readonly enabled: boolean;
  readonly batchSize: number;
  readonly maxBatchingWindowMs: number;
  readonly maxConcurrency?: number;
  readonly reportsBatchItemFailures: boolean;
}

export interface TableResource {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  /** The resource's properties, resolved, as CreateTable takes them (what it does not know is left out). */
  readonly definition: Readonly<Record<string, unknown>>;
}

export interface QueueResource {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly url: string;
  readonly visibilityTimeoutMs: number;
  readonly retentionMs: number;
  readonly delayMs: number;
  /** Where messages go that were received `maxReceives` times. */
  readonly redrive?: { readonly deadLetterArn: string; readonly maxReceives: number };
  /** The resource's own policy. */
  readonly policy?: PolicyDocument;
}

export interface BucketResource {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  /** The resource's own policy. */
  readonly policy?: PolicyDocument;
}

export interface HttpApiResource {
  readonly id: string;
  readonly apiId: string;
  readonly url: string;
  /** What `execute-api:Invoke` is allowed on: `arn:aws:execute-api:region:account:apiId`. */
  readonly arn: string;
  readonly routes: readonly RouteResource[];
  readonly cors?: {
    readonly allowOrigins: readonly string[];
    readonly allowMethods: readonly string[];
    readonly allowHeaders: readonly string[];
    readonly exposeHeaders: readonly string[];
    readonly allowCredentials: boolean;
    readonly maxAgeSeconds: number;
  };
  /** Requests a second, and how many at once beyond that. */
  readonly throttling?: { readonly rate: number; readonly burst: number };
  /** Of its access log, with `$context` variables. */
  readonly accessLogFormat?: string;
}

export interface RouteResource {
  /** `GET /{proxy+}`, `$default`. */
  readonly routeKey: string;
  readonly authorization:
    | { readonly kind: 'none' }
    /** Pages of other sites, which a browser may have open, are refused. */
    | { readonly kind: 'this-machine' }
    | { readonly kind: 'iam' }
    | {
        readonly kind: 'jwt';
        readonly issuer: string;
        readonly audience: readonly string[];
        /** The token must have one of them, if there are any. */
        readonly scopes?: readonly string[];
      }
    | {
        readonly kind: 'lambda';
        readonly functionArn: string;
        /** It answers `{ isAuthorized }`, rather than with a policy. */
        readonly simpleResponses?: boolean;
        /** `$request.header.Authorization`: a request without one of them is refused unasked. */
        readonly identitySources?: readonly string[];
      };
  readonly functionArn: string;
  readonly qualifier?: string;
}

/** What calls a function by a schedule: a rule of EventBridge's, or a schedule of EventBridge Scheduler's. */
export interface ScheduleResource {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly source: 'events' | 'scheduler';
  /** `rate(1 minute)`, `cron(0 3 * * ? *)`, `at(2027-01-01T00:00:00)`. */
  readonly expression: string;
  /** Instead of an expression: so often from the start on, and never while the last call goes on. */
  readonly everyMs?: number;
  readonly timezone: string;
  readonly enabled: boolean;
  readonly targets: readonly {
    readonly functionArn: string;
    readonly qualifier?: string;
    /** A JSON text; `<aws.scheduler.scheduled-time>` and its like are filled in when it is sent. Absent: the service's own event. */
    readonly input?: string;
    /** The scheduler calls with this role; a rule is let in by the function's resource policy. */
    readonly roleArn?: string;
    /** How often a call that could not be made is tried again. */
    readonly maxRetryAttempts?: number;
    /** The queue of what could not be sent. */
    readonly deadLetterArn?: string;
  }[];
}

/** A bus of EventBridge's. */
export interface EventBusResource {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
}

/** A rule of EventBridge's on events of a bus. */
export interface EventRuleResource {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly busArn: string;
  /** As in the template: it is checked when the cloud starts. */
  readonly pattern: unknown;
  readonly enabled: boolean;
  readonly targets: readonly EventTarget[];
}

/** What a target gets of an event: without any of these, all of it. */
export interface EventInput {
  /** A JSON text, whatever the event is. */
  readonly constant?: string;
  /** As in `$.detail`. */
  readonly path?: string;
  readonly transformer?: { readonly paths: Readonly<Record<string, string>>; readonly template: string };
}

/** A function, or a queue, that gets the events of a rule. */
export type EventTarget = (
  | { readonly kind: 'function'; readonly functionArn: string; readonly qualifier?: string }
  | { readonly kind: 'queue'; readonly queueArn: string }
) & {
  readonly input: EventInput;
  /** The queue of what could not be sent. */
  readonly deadLetterArn?: string;
};

export interface RoleResource {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  /** Policy documents, resolved: its own, those attached inline, managed ones of the template. */
  readonly policies: readonly { readonly name: string; readonly document: unknown }[];
  /** Managed policies that are not in the template. */
  readonly managedPolicyArns: readonly string[];
  /** What it may do at most, if it has a permissions boundary that is in the template. */
  readonly boundary?: { readonly name: string; readonly document: unknown };
  /** The services that may assume it: `lambda.amazonaws.com`. */
  readonly services: readonly string[];
}
