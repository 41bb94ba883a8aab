/** The local cloud as a process that can be killed and started again on its folder, with proxies before its services. */
import { type ChildProcess, fork } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { listenOnLoopback, stopServer } from '../../lib/local/net/listen.ts';
import type { Dice } from '../simulation/world/dice.ts';
import type { CloudOrder, FromCloud } from './cloud-process.ts';
import { WireProxy, type WireRates } from './proxy.ts';
import { LEDGER } from './workflows.ts';

export interface WireCloudOptions {
  /** The cloud's folder. */
  readonly dir: string;
  readonly effectsVariable: Readonly<Record<string, string>>;
  readonly dice: Dice;
  readonly leaseMs: number;
  readonly workers: number;
  /** Told of each request to the table that is damaged: its body. */
  readonly onFault: (body: string) => void;
}

const START_LIMIT_MS = 60_000;
const LOG_LINES = 400;

export class WireCloud {
  readonly table: WireProxy;
  readonly queue: WireProxy;
  readonly bucket: WireProxy;
  /** The last that was said. */
  readonly log: string[] = [];
  deadLetters = 0;
  starts = 0;
  readonly #options: WireCloudOptions;
  #port = 0;
  #child: ChildProcess | undefined;
  #tablePid: number | undefined;
  #tableEndpoint: string | undefined;
  #bucketEndpoint: string | undefined;
  #isReady = false;

  constructor(options: WireCloudOptions) {
    const { dice, leaseMs, onFault } = options;
    this.#options = options;
    this.table = new WireProxy({ service: 'dynamodb', dice: dice.named('table'), leaseMs, onFault });
    this.queue = new WireProxy({ service: 'sqs', dice: dice.named('queue'), leaseMs });
    this.bucket = new WireProxy({ service: 's3', dice: dice.named('bucket'), leaseMs });
  }

  /** Always the same, whatever was killed. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get tablePid(): number | undefined {
    return this.#tablePid;
  }

  /** Past the proxy; undefined while it is away. */
  get tableEndpoint(): string | undefined {
    return this.#tableEndpoint;
  }

  get proxies(): readonly WireProxy[] {
    return [this.table, this.queue, this.bucket];
  }

  /** Past the proxy; undefined while it is away. */
  get bucketEndpoint(): string | undefined {
    return this.#bucketEndpoint;
  }

  setRates(rates: Readonly<Record<'table' | 'queue' | 'bucket', WireRates>>): void {
    this.table.rates = rates.table;
    this.queue.rates = rates.queue;
    this.bucket.rates = rates.bucket;
  }

  /** Resolves when the cloud takes requests. It begins again by itself when it dies, until it is stopped. */
  async start(): Promise<void> {
    await Promise.all(this.proxies.map((proxy) => proxy.start()));
    this.#port = await freePort();
    this.#begin();
    await this.untilReady();
  }

  async untilReady(): Promise<void> {
    const giveUpAtMs = Date.now() + START_LIMIT_MS;
    while (!this.#isReady || this.#tableEndpoint === undefined) {
      if (Date.now() > giveUpAtMs) throw new Error(`the cloud is not there after ${START_LIMIT_MS / 1_000} s`);
      await delay(20);
    }
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.on('message', (message: FromCloud) => {
        if (message.kind === 'stopped') child.disconnect();
      });
      child.send('stop', () => undefined);
      const killer = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await gone;
      clearTimeout(killer);
    }
    await Promise.all(this.proxies.map((proxy) => proxy.stop()));
  }

  #begin(): void {
    const { dir, workers, leaseMs, effectsVariable } = this.#options;
    this.starts += 1;
    const order: CloudOrder = {
      options: {
        ...{ entry: join(import.meta.dirname, 'workflows.ts'), dir, port: this.#port, workers, leaseMs },
        ...{ sweepEveryMs: Math.round(leaseMs / 4), workerTimeoutMs: 8 * leaseMs, stopGraceMs: 1_000 },
        tables: { [LEDGER]: ['id'] },
        env: { ...effectsVariable, LULL_LOG_LEVEL: 'warn' },
      },
      proxies: { dynamodb: this.table.endpoint, sqs: this.queue.endpoint, s3: this.bucket.endpoint },
    };
    const child = fork(join(import.meta.dirname, 'cloud-process.ts'), [JSON.stringify(order)], {
      execArgv: ['--conditions=lull-source', '--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#note(`cloud: ${text.trimEnd()}`));
    child.on('message', (message: FromCloud) => this.#hear(message));
    child.once('exit', (code, signal) => {
      this.#note(`the cloud ended: ${signal ?? `exit code ${code ?? 0}`}`);
      this.#isReady = false;
      this.#hear({ kind: 'table', endpoint: undefined, pid: undefined });
      this.queue.pointTo(undefined);
      this.bucket.pointTo(undefined);
      if (this.#child === child) setTimeout(() => this.#child === child && this.#begin(), 100);
    });
  }

  #hear(message: FromCloud): void {
    switch (message.kind) {
      case 'ready':
        this.#isReady = true;
        return;
      case 'table':
        this.#tableEndpoint = message.endpoint;
        this.#tablePid = message.pid;
        this.table.pointTo(message.endpoint);
        return;
      case 'queue':
        this.queue.pointTo(message.endpoint);
        return;
      case 'bucket':
        this.#bucketEndpoint = message.endpoint;
        this.bucket.pointTo(message.endpoint);
        return;
      case 'notice':
        if (message.notice.kind === 'dead-letter') this.deadLetters += 1;
        this.#note(JSON.stringify(message.notice));
        return;
      case 'stopped':
    }
  }

  #note(line: string): void {
    this.log.push(`${new Date().toISOString().slice(11, 23)} ${line}`);
    if (this.log.length > LOG_LINES) this.log.splice(0, this.log.length - LOG_LINES);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server, 0);
  await stopServer(server);
  return port;
}
