/**
 * The connections to one address, kept open between requests. Those that are idle do not keep a process alive.
 *
 * One that has been idle for long may be dead, without a word: a frozen function does not hear that the other side closed it,
 * and what is in between forgets it. A request over it would wait for nothing, so it is closed before.
 */
import type * as http from 'node:http';
import type { Socket } from 'node:net';
import { loadBuiltin } from '../../node/load-builtin.ts';

export interface Connections {
  readonly agent: http.Agent;
  /** To be called before each request. */
  closeIdle(): void;
  /** After one of them failed: those that are as old may be as dead. */
  closeAllIdle(): void;
}

/** As many as the AWS SDK opens: further requests wait for one. */
const CONNECTIONS = 50;

/** By the clock of the day, which goes on while a function is frozen. */
const LONGEST_IDLE_MS = 60_000;

/** Node's module for an address, loaded when the first connection is to be made. */
export function httpFor({ protocol }: URL): Pick<typeof http, 'Agent' | 'request'> {
  return loadBuiltin(protocol === 'http:' ? 'node:http' : 'node:https');
}

export function createConnections(endpoint: URL): Connections {
  const { Agent } = httpFor(endpoint);
  const agent: http.Agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const idleSinceMs = new WeakMap<Socket, number>();
  agent.on('free', (socket: Socket) => idleSinceMs.set(socket, Date.now()));

  function closeIdleSince(beforeMs: number): void {
    for (const idle of Object.values(agent.freeSockets)) {
      for (const socket of idle ?? []) if ((idleSinceMs.get(socket) ?? beforeMs) <= beforeMs) socket.destroy();
    }
  }

  return {
    agent,
    closeIdle: () => closeIdleSince(Date.now() - LONGEST_IDLE_MS),
    closeAllIdle: () => closeIdleSince(Infinity),
  };
}
