/** The functions of a template, each in sandboxes of its own, with the credentials of its role. */
import type { CredentialStore } from '../iam/credentials.ts';
import type { MovableClock } from '../time/movable-clock.ts';
import type { FailedEvent } from './event-queue.ts';
import type { Acceptance, Invocation, InvokeOptions } from './invocation.ts';
import { createFunction, type Lambda } from './function.ts';
import type { CloudEvent } from '../cloud-event.ts';
import type { Resources, FunctionResource } from '../resources.ts';
import { CloudError } from '../cloud-error.ts';

export interface FunctionsOptions {
  readonly resources: Resources;
  readonly clock: MovableClock;
  readonly credentials: CredentialStore;
  /** Of the services that functions call. */
  readonly endpoint: string;
  /** Rules over the template. */
  readonly env: Readonly<Record<string, string>>;
  readonly maxSandboxes: number;
  readonly report: (notice: CloudEvent) => void;
  /** An asynchronous invocation is given up. */
  onEventFailed(fn: FunctionResource, failed: FailedEvent): void;
}

/** Which function, and which of its versions. */
export interface FunctionReference {
  readonly functionArn: string;
  readonly qualifier?: string;
}

export class Functions {
  readonly #lambdas: ReadonlyMap<string, Lambda>;
  /** Invocations for which somebody waits who is not a part of the cloud. */
  #awaited = 0;

  /** Raises a CloudError for a function that this machine cannot run. Nothing is started before it is invoked. */
  constructor(options: FunctionsOptions) {
    const { resources, clock, maxSandboxes, report } = options;
    this.#lambdas = new Map(
      resources.functions.map((made) => {
        const lambda = createFunction({
          function: made,
          region: resources.region,
          clock,
          idleClock: clock.leaping, // sandboxes that idle are nothing to stop for
          maxSandboxes,
          report,
          environment: () => environmentOf(made, options),
          onEventFailed: (failed) => options.onEventFailed(made, failed),
        });
        return [made.arn, lambda];
      }),
    );
  }

  list(): readonly Lambda[] {
    return [...this.#lambdas.values()];
  }

  /** Raises a CloudError: a template may name a function that is not in it. */
  find(functionArn: string): Lambda {
    const lambda = this.#lambdas.get(functionArn);
    if (lambda) return lambda;
    throw new CloudError('INVALID_TEMPLATE', `the stacks call the function ${functionArn}, which is not one of them`);
  }

  async invoke(reference: FunctionReference, payload: string): Promise<Invocation> {
    return this.find(reference.functionArn).invoke(payload, optionsOf(reference));
  }

  /** It has a line of its own. */
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

  /** Something is being invoked for which nobody outside waits. */
  isBusy(): boolean {
    return this.list().reduce((sum, lambda) => sum + lambda.activeInvocations(), 0) > this.#awaited;
  }

  async stop(graceMs: number): Promise<void> {
    await Promise.all(this.list().map((lambda) => lambda.stop(graceMs)));
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
