/**
 * Stands between functions and a service, and damages what goes over the wire: as a network and a service in trouble
 * do. It passes on whole requests; which of them it damages is for the dice to say.
 */
import { Agent, createServer, request as makeRequest, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { listenOnLoopback, stopServer } from '../../lib/local/net/listen.ts';
import { readBody } from '../../lib/local/net/read-body.ts';
import type { Dice } from '../simulation/world/dice.ts';
import { refusal, type Service } from './refusals.ts';

/** What is done to a request or to its answer. */
export const WIRE_FAULTS = [
  /** The connection is cut, and the request is not passed on. */
  'cut-before',
  /** It is passed on, and the connection is cut in the place of the answer. */
  'cut-after',
  /** The connection is cut in the middle of the answer. */
  'cut-within',
  /** The connection is cut, and the request is passed on later, up to three leases. */
  'late',
  /** The answer is held back, up to two and a half leases. */
  'slow',
  /** It is passed on twice, and the second answer counts. */
  'twice',
  /** The service says that it failed: it did nothing, or it did it all the same. */
  'failed-before',
  'failed-after',
  'throttled',
] as const;

export type WireFault = (typeof WIRE_FAULTS)[number];

/** Probabilities, for one request each. */
export type WireRates = Readonly<Partial<Record<WireFault, number>>>;

export interface WireProxyOptions {
  readonly service: Service;
  readonly dice: Dice;
  readonly leaseMs: number;
  /** Told of each request that is damaged, or whose answer is. */
  readonly onFault?: (body: string) => void;
}

/** Something dies: before the request is passed on, while the service works on it, or when its answer is there. */
interface Death {
  readonly dies: 'before' | 'within' | 'after';
  readonly kill: () => void;
}

/** What somebody has decided for one request, in place of the dice. */
export type Meddling = { readonly fault: WireFault } | Death;

interface Passed {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const REQUEST_LIMIT_BYTES = 16 * 1024 * 1024;
/** So long a stray request may be under way: who stops the proxy waits for no longer. */
const LONGEST_STRAY_LEASES = 3;

export class WireProxy {
  readonly counts = new Map<WireFault, number>();
  passed = 0;
  /** From none to all at any time. */
  rates: WireRates = {};
  /** Asked for each request, with its body: what is to be done to that one. */
  meddle: ((body: string) => Meddling | undefined) | undefined;
  readonly #options: WireProxyOptions;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #server: Server;
  #upstream: URL | undefined;
  #strays = 0;
  endpoint = '';

  constructor(options: WireProxyOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      readBody(request, REQUEST_LIMIT_BYTES)
        .then((body) => {
          const { method = 'POST', url: path = '/', headers } = request;
          return this.#handle({ method, path, headers, body: body ?? Buffer.alloc(0) }, response);
        })
        .catch(() => response.destroy()); // the sender was killed, or the service is away
    });
    this.#server.on('connection', (socket) => socket.on('error', () => undefined));
  }

  /** On a free port of 127.0.0.1. */
  async start(): Promise<this> {
    this.endpoint = `http://127.0.0.1:${await listenOnLoopback(this.#server, 0)}`;
    return this;
  }

  /** Where the service is from now on; undefined: away. */
  pointTo(endpoint: string | undefined): void {
    this.#upstream = endpoint === undefined ? undefined : new URL(endpoint);
  }

  /** No more faults, and none is under way any more. */
  async calm(): Promise<void> {
    this.rates = {};
    const { leaseMs } = this.#options;
    const giveUpAtMs = Date.now() + LONGEST_STRAY_LEASES * leaseMs + 5_000;
    while (this.#strays > 0 && Date.now() < giveUpAtMs) await delay(20);
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    await stopServer(this.#server);
  }

  async #handle(call: Call, response: ServerResponse): Promise<void> {
    const { dice, leaseMs, onFault, service } = this.#options;
    this.passed += 1;
    const meddling = this.meddle?.(call.body.toString());
    if (meddling !== undefined && 'dies' in meddling) return this.#passOnADeath(call, response, meddling);
    const fault = meddling?.fault ?? this.#draw();
    if (fault !== undefined) {
      this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
      onFault?.(call.body.toString());
    }
    switch (fault) {
      case undefined:
        answer(response, await this.#passOn(call));
        return;
      case 'cut-before':
        response.destroy();
        return;
      case 'cut-after':
        await this.#passOn(call);
        response.destroy();
        return;
      case 'cut-within': {
        const { statusCode, headers, body } = await this.#passOn(call);
        response.writeHead(statusCode, { ...withoutHop(headers), 'content-length': String(body.length) });
        response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
        return;
      }
      case 'late':
        response.destroy();
        return this.#asStray(LONGEST_STRAY_LEASES * leaseMs * dice.next(), () => this.#passOn(call));
      case 'slow': {
        const passed = await this.#passOn(call);
        await delay(2.5 * leaseMs * dice.next());
        answer(response, passed);
        return;
      }
      case 'twice': {
        await this.#passOn(call);
        return this.#asStray(leaseMs * dice.next() ** 2, async () => answer(response, await this.#passOn(call)));
      }
      case 'failed-before':
      case 'throttled':
        answer(response, refusal(service, fault));
        return;
      case 'failed-after':
        await this.#passOn(call);
        answer(response, refusal(service, fault));
        return;
    }
  }

  /** Whoever it was that died: nobody gets an answer. */
  async #passOnADeath(call: Call, response: ServerResponse, { dies, kill }: Death): Promise<void> {
    if (dies === 'before') kill();
    else {
      const passing = this.#passOn(call);
      if (dies === 'within') kill();
      await passing.catch(() => undefined);
      if (dies === 'after') kill();
    }
    response.destroy();
  }

  #draw(): WireFault | undefined {
    const { dice } = this.#options;
    let roll = dice.next();
    for (const fault of WIRE_FAULTS) {
      roll -= this.rates[fault] ?? 0;
      if (roll < 0) return fault;
    }
    return undefined;
  }

  async #asStray(delayMs: number, go: () => Promise<unknown>): Promise<void> {
    this.#strays += 1;
    try {
      await delay(delayMs);
      await go();
    } finally {
      this.#strays -= 1;
    }
  }

  #passOn({ method, path, headers, body }: Call): Promise<Passed> {
    const upstream = this.#upstream;
    if (upstream === undefined) return Promise.reject(new Error('the service is away'));
    return new Promise((resolve, reject) => {
      const passing = makeRequest(
        {
          agent: this.#agent,
          host: upstream.hostname,
          port: upstream.port,
          method,
          path,
          headers: withoutHop(headers),
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.once('error', reject);
          incoming.once('close', () => reject(new Error('the service broke off')));
          incoming.once('end', () => {
            const { statusCode = 500, headers: answered } = incoming;
            resolve({ statusCode, headers: answered, body: Buffer.concat(chunks) });
          });
        },
      );
      passing.once('error', reject);
      passing.end(body);
    });
  }
}

function answer(response: ServerResponse, { statusCode, headers, body }: Passed): void {
  response.writeHead(statusCode, { ...withoutHop(headers), 'content-length': String(body.length) });
  response.end(body);
}

/** Headers that belong to one connection. */
function withoutHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { connection: _connection, 'keep-alive': _keepAlive, 'transfer-encoding': _encoding, ...rest } = headers;
  return rest;
}
