/** All functions of a cloud, each in sandboxes of its own, with the credentials of its role. */
import type { CredentialStore } from '../iam/credentials.ts';
import type { MovableClock } from '../time/movable-clock.ts';
import type { FailedEvent } from './event-queue.ts';
import type { Acceptance, Invocation, InvokeOptions } from './invocation.ts';
import { createFunction, type LocalFunction } from './function.ts';
import type { CloudEvent, ExportedWorkflow } from '../cloud-event.ts';
import type { Resources, FunctionResource } from '../resources.ts';
import { CloudError } from '../cloud-error.ts';

export interface FunctionsOptions {
  readonly resources: Resources;
  readonly clock: MovableClock;
  readonly credentials: CredentialStore;
  /** Of the services that functions call. */
  readonly endpoint: string;
  /** Over what the description of a function says. */
  readonly env: Readonly<Record<string, string>>;
  readonly maxSandboxes: number;
  readonly report: (event: CloudEvent) => void;
  /** An asynchronous invocation is given up. */
  onEventFailed(fn: FunctionResource, failed: FailedEvent): void;
}

/** Which function, and which of its versions. */
export interface FunctionReference {
  readonly functionArn: string;
  readonly qualifier?: string;
}

export class Functions {
  readonly #functions: ReadonlyMap<string, LocalFunction>;
  /** Invocations whose caller is no part of the cloud. */
  #awaited = 0;
  /** One exchange of code comes after the other. */
  #lastDeploy: Promise<unknown> = Promise.resolve();

  /** Raises a CloudError for a function that this machine cannot run. Nothing is started before it is invoked. */
  constructor(options: FunctionsOptions) {
    const { resources, clock, maxSandboxes, report } = options;
    this.#functions = new Map(
      resources.functions.map((made) => {
        const lambda = createFunction({
          function: made,
          region: resources.region,
          clock,
          idleClock: clock.coalescingTimers, // sandboxes that idle are nothing to stop for
          maxSandboxes: made.provisioned ?? maxSandboxes,
          report,
          environment: () => (made.isolation === 'lambda' ? environmentOf(made, options) : {}),
          onEventFailed: (failed) => options.onEventFailed(made, failed),
        });
        return [made.arn, lambda];
      }),
    );
  }

  list(): readonly LocalFunction[] {
    return [...this.#functions.values()];
  }

  /** Raises a CloudError: a template may name a function that is not in it. */
  find(functionArn: string): LocalFunction {
    const lambda = this.#functions.get(functionArn);
    if (lambda) return lambda;
    throw new CloudError('INVALID_TEMPLATE', `the stacks call the function ${functionArn}, which is not one of them`);
  }

  async invoke(reference: FunctionReference, payload: string): Promise<Invocation> {
    return this.find(reference.functionArn).invoke(payload, optionsOf(reference));
  }

  /** The event waits in the function's own queue. */
  invokeLater(reference: FunctionReference, payload: string): Acceptance {
    return this.find(reference.functionArn).invokeLater(payload, optionsOf(reference));
  }

  /** For a caller outside: a request that waits for the end of a run is not work that has to come to rest. */
  async invokeFor(reference: FunctionReference, payload: string): Promise<Invocation> {
    this.#awaited += 1;
    try {
      return await this.invoke(reference, payload);
    } finally {
      this.#awaited -= 1;
    }
  }

  /** A function is invoked by a part of the cloud. */
  isBusy(): boolean {
    return this.list().reduce((sum, lambda) => sum + lambda.activeInvocations(), 0) > this.#awaited;
  }

  /**
   * Exchanges the code of all functions that have provisioned sandboxes. The first one shows whether the code can be
   * loaded at all. Returns the workflows in it. Rejects with a CloudError; the code before stays in place then.
   */
  deploy(made: readonly FunctionResource[]): Promise<readonly ExportedWorkflow[]> {
    const exchange = this.#lastDeploy.then(async () => {
      const [first, ...others] = made.map((each) => () => this.find(each.arn).deploy(each));
      const workflows = await first?.();
      await Promise.all(others.map((deploy) => deploy()));
      return workflows ?? [];
    });
    this.#lastDeploy = exchange.catch(() => undefined);
    return exchange;
  }

  async stop(graceMs: number): Promise<void> {
    await Promise.all(this.list().map((lambda) => lambda.stop(graceMs)));
    await this.#lastDeploy;
  }
}

function optionsOf({ qualifier }: FunctionReference): InvokeOptions {
  return qualifier === undefined ? {} : { qualifier };
}

function environmentOf(made: FunctionResource, options: FunctionsOptions): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken = '' } = options.credentials.ofRole(made.roleArn, made.name);
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_ENDPOINT_URL: options.endpoint,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', // it is this machine's Node that it would warn of
    ...options.env,
  };
}
