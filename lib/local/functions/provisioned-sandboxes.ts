/**
 * Sandboxes that exist before the first event: so many of them, a dead one replaced, all of them exchanged for new code.
 *
 * A sandbox that was not told to end, and did, is replaced: at once if it had loaded its code, else after a while.
 */
import type { Clock } from '../../ports/clock.ts';
import { CloudError } from '../cloud-error.ts';
import type { ExportedWorkflow } from '../cloud-event.ts';
import type { FunctionResource } from '../resources.ts';
import type { Sandbox, SandboxEnd } from './sandbox.ts';
import type { Sandboxes } from './sandboxes.ts';
import { readRuntimeError } from './runtime-error.ts';

const RESTART_DELAY_MS = 1_000;
const LOAD_TIMEOUT_MS = 30_000;
const VERSION = '$LATEST';

export interface ProvisionedSandboxesOptions {
  readonly sandboxes: Sandboxes;
  readonly count: number;
  readonly clock: Clock;
  /** An invocation could begin. */
  readonly onFree: () => void;
  /** A sandbox has ended that was not told to. */
  readonly onLost: (pid: number, how: string) => void;
}

export class ProvisionedSandboxes {
  readonly #options: ProvisionedSandboxesOptions;
  /** The newest code that was loaded. */
  #deployed: FunctionResource | undefined;
  #isStopped = false;

  constructor(options: ProvisionedSandboxesOptions) {
    this.#options = options;
  }

  /**
   * Exchanges the code: new sandboxes take new events, and old ones end with the invocations that they have. Returns the
   * workflows in the code. Rejects with a CloudError if it cannot be loaded; the code before stays in place then.
   */
  async deploy(made: FunctionResource): Promise<readonly ExportedWorkflow[]> {
    this.#checkNotStopped();
    const { sandboxes, count, onFree } = this.#options;
    const first = await sandboxes.start(made, VERSION, LOAD_TIMEOUT_MS);
    if (this.#isStopped) first.kill('stopped');
    const init = await first.init;
    this.#checkNotStopped();
    if (init.kind === 'failed') throw new CloudError('CODE_NOT_LOADED', describeInitError(init.payloadFor('')));
    for (const { sandbox } of sandboxes.list()) if (sandbox !== first) sandboxes.retire(sandbox);
    this.#deployed = made;
    this.#watch(first, made);
    sandboxes.release(first, false);
    onFree();
    for (let started = 1; started < count; started += 1) void this.#start(made);
    return init.workflows;
  }

  /** Replaces none any more. */
  stop(): void {
    this.#isStopped = true;
  }

  #checkNotStopped(): void {
    if (this.#isStopped) throw new CloudError('CODE_NOT_LOADED', 'the local cloud was stopped');
  }

  async #start(made: FunctionResource): Promise<void> {
    const { sandboxes, onFree } = this.#options;
    const sandbox = await sandboxes.start(made, VERSION, LOAD_TIMEOUT_MS);
    this.#watch(sandbox, made);
    if (this.#isStopped) sandbox.kill('stopped');
    else if (this.#deployed !== made) sandboxes.retire(sandbox);
    const { kind } = await sandbox.init;
    sandboxes.release(sandbox, false);
    if (kind === 'ready') onFree();
  }

  #watch(sandbox: Sandbox, made: FunctionResource): void {
    void sandbox.ended.then(async (end) => {
      if (this.#isStopped || end.cause === 'idle' || end.cause === 'stopped') return;
      this.#options.onLost(sandbox.pid, describeEnd(end));
      const restart = (): void => {
        if (!this.#isStopped && this.#deployed === made) void this.#start(made);
      };
      const { clock } = this.#options;
      if ((await sandbox.init).kind === 'ready') restart();
      else clock.callAt(clock.nowMs() + RESTART_DELAY_MS, restart);
    });
  }
}

function describeEnd({ cause, code, signal }: SandboxEnd): string {
  if (cause === 'timed out') return 'its time was up';
  return signal ?? `exit code ${code ?? 0}`;
}

/** A mistake of the workflows' author is said by its message; the place where lull found it is of no interest. */
function describeInitError(payload: string): string {
  const { errorType, errorMessage, text } = readRuntimeError(payload);
  if (errorType === 'WorkflowCodeError') return errorMessage;
  if (errorType === 'Runtime.ExitError') return 'the process ended while it loaded the code';
  if (errorType === 'Sandbox.Timedout') return `the code was not loaded within ${LOAD_TIMEOUT_MS / 1000} s`;
  return text;
}
