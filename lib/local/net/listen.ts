import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudError } from '../cloud-error.ts';

/** Listens on 127.0.0.1, on any free port for 0, and returns the port. */
export function listenOnLoopback(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, port)));
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

/** Ends open connections too: a caller that waits for an answer sees a reset. */
export function stopServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function explain(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new CloudError(
      'PORT_IN_USE',
      `port ${port} is in use by another program: stop that one, or choose another port with --port ${port + 1} ` +
        `(--port 0 takes any free one)`,
      { cause: error },
    );
  }
  if (error.code === 'EACCES') {
    return new CloudError(
      'PORT_NOT_ALLOWED',
      `port ${port} needs elevated rights (ports below 1024 do): choose another one, such as --port 4000`,
      { cause: error },
    );
  }
  return error;
}
