/** One process that serves one function, as one execution environment of Lambda does. */
import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { InvocationError } from './invocation-error.ts';
import type { FromHost, FunctionName, HostedError, ToHost } from './host-protocol.ts';
import type { ExportedWorkflow } from './cloud-event.ts';

/** What Lambda takes and gives in one invocation. */
const PAYLOAD_LIMIT_BYTES = 6_291_556;
const LOAD_TIMEOUT_MS = 30_000;

/** Why the events of a process that ended got no result. */
const CAUSES: Record<'died' | 'timed-out' | 'stopped', (how: string) => string> = {
  died: (how) => `its process ended (${how})`,
  'timed-out': () => 'its time was up',
  stopped: () => 'the local cloud was stopped',
};

export interface FunctionProcessOptions {
  readonly name: FunctionName;
  /** The bundle: the host, the handlers and the workflows. */
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  onOutput(line: string, pid: number): void;
  /** Called once, however it ended: `exit code 1`, `SIGKILL`. */
  onEnd(how: string): void;
}

interface Invocation {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: InvocationError) => void;
  readonly timer: NodeJS.Timeout;
}

export class FunctionProcess {
  readonly pid: number;
  /** The workflows in its code, once that is loaded. Rejects with an InvocationError if it cannot be. */
  readonly loaded: Promise<readonly ExportedWorkflow[]>;
  readonly ended: Promise<void>;
  #isReady = false;
  readonly #options: FunctionProcessOptions;
  readonly #child: ChildProcess;
  readonly #invocations = new Map<string, Invocation>();
  #retiring = false;
  #cause: keyof typeof CAUSES = 'died';

  constructor(options: FunctionProcessOptions) {
    this.#options = options;
    this.#child = fork(options.file, [], {
      env: { ...options.env, _HANDLER: options.name },
      execArgv: ['--enable-source-maps'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.pid = this.#child.pid ?? 0;
    this.loaded = this.#load();
    this.loaded.catch(() => undefined); // whoever waits for it hears of it; so does onEnd
    this.ended = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        this.#end(signal ?? `exit code ${code ?? 0}`);
        resolve();
      });
      this.#child.on('error', (error) => {
        if (this.#child.pid !== undefined) return; // its exit is what counts
        this.#end(`it could not be started: ${error.message}`);
        resolve();
      });
    });
    this.#child.on('message', (message) => this.#settle(message as FromHost));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => options.onOutput(line, this.pid));
    }
  }

  /** Its code is loaded, and it was not asked to leave. */
  isReady(): boolean {
    return this.#isReady && !this.#retiring;
  }

  isRetiring(): boolean {
    return this.#retiring;
  }

  /** Events that it works on now. */
  activeEvents(): number {
    return this.#invocations.size;
  }

  /** Rejects with an InvocationError. When the time is up the process is killed, and with it all that it works on. */
  invoke(event: unknown, timeoutMs: number): Promise<unknown> {
    const payload = JSON.stringify(event);
    if (Buffer.byteLength(payload) > PAYLOAD_LIMIT_BYTES) {
      const limit = `${PAYLOAD_LIMIT_BYTES} bytes`;
      return Promise.reject(new InvocationError('too-large', `the event is larger than what Lambda takes, ${limit}`));
    }
    const requestId = randomUUID();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#timeOut(), timeoutMs);
      this.#invocations.set(requestId, { resolve, reject, timer });
      const message: ToHost = { requestId, event: payload, deadlineMs: Date.now() + timeoutMs };
      this.#child.send(message, () => undefined); // a closed channel means that the end is near: see #end
    });
  }

  /** Ends it with SIGKILL. */
  kill(cause: keyof typeof CAUSES = 'died'): void {
    this.#cause = cause;
    this.#child.kill('SIGKILL');
  }

  /** Takes no further events, and ends when those that it works on are done. */
  retire(): void {
    this.#retiring = true;
    this.#leaveIfIdle();
  }

  async #load(): Promise<readonly ExportedWorkflow[]> {
    const timeout = AbortSignal.timeout(LOAD_TIMEOUT_MS);
    return new Promise((resolve, reject) => {
      const fail = (reason: string): void => reject(new InvocationError('not-loaded', reason));
      this.#child.on('message', (message) => {
        const said = message as FromHost;
        if (said.kind === 'ready') {
          this.#isReady = true;
          resolve(said.workflows);
        }
        if (said.kind === 'not-loaded') fail(describe(said.error));
      });
      this.#child.once('exit', () => fail('the process ended while it loaded the code'));
      this.#child.once('error', (error) => fail(`the process could not be started: ${error.message}`));
      timeout.addEventListener('abort', () => fail(`the code was not loaded within ${LOAD_TIMEOUT_MS / 1000} s`));
    });
  }

  #settle(message: FromHost): void {
    if (message.kind !== 'result' && message.kind !== 'error') return;
    const invocation = this.#invocations.get(message.requestId);
    if (!invocation) return;
    clearTimeout(invocation.timer);
    this.#invocations.delete(message.requestId);
    if (message.kind === 'error') {
      invocation.reject(new InvocationError('failed', describe(message.error)));
    } else if (Buffer.byteLength(message.result) > PAYLOAD_LIMIT_BYTES) {
      const limit = `${PAYLOAD_LIMIT_BYTES} bytes`;
      invocation.reject(new InvocationError('too-large', `the result is larger than what Lambda gives, ${limit}`));
    } else {
      invocation.resolve(JSON.parse(message.result));
    }
    this.#leaveIfIdle();
  }

  #timeOut(): void {
    this.kill('timed-out');
  }

  #end(how: string): void {
    this.#isReady = false;
    for (const { reject, timer } of this.#invocations.values()) {
      clearTimeout(timer);
      reject(new InvocationError(this.#cause, CAUSES[this.#cause](how)));
    }
    this.#invocations.clear();
    this.#options.onEnd(this.#cause === 'died' ? how : CAUSES[this.#cause](how));
  }

  #leaveIfIdle(): void {
    if (this.#retiring && this.#invocations.size === 0 && this.#child.connected) this.#child.disconnect();
  }
}

/** What an author of workflows did wrong is said by the message; where lull noticed it is of no interest. */
function describe(error: HostedError): string {
  if (error.name === 'WorkflowCodeError') return error.message;
  return error.stack === '' ? `${error.name}: ${error.message}` : error.stack;
}
