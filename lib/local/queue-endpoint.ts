/** The queue over HTTP, so that the AWS SDK sends to it as it does to SQS. */
import { createServer, type Server } from 'node:http';
import { randomUUID } from 'node:crypto';
import { SystemClock } from '../memory/system-clock.ts';
import type { MessageQueue } from './services/sqs/message-queue.ts';
import { listenOnLoopback, stopServer } from './net/listen.ts';
import { readBody } from './net/read-body.ts';
import { answerSqs } from './services/sqs/sqs-protocol.ts';

const REQUEST_LIMIT_BYTES = 4 * 1024 * 1024; // a full batch, escaped as JSON

export interface QueueEndpoint {
  readonly endpoint: string;
  readonly queueUrl: string;
  stop(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1. */
export async function startQueueEndpoint(
  queue: MessageQueue,
  accountId: string,
  queueName: string,
): Promise<QueueEndpoint> {
  let queueUrl = '';
  const clock = new SystemClock();
  const server: Server = createServer((request, response) => {
    const answering = readBody(request, REQUEST_LIMIT_BYTES).then((body) => {
      const target = String(request.headers['x-amz-target'] ?? '');
      const queues = [{ name: queueName, url: queueUrl, queue, attributes: {} }];
      return answerSqs({ queues, clock }, { target, body: body?.toString() ?? '' });
    });
    answering.then(
      (answer) => {
        response.writeHead(answer.statusCode, {
          'content-type': 'application/x-amz-json-1.0',
          'x-amzn-requestid': randomUUID(),
          ...(answer.queryError === undefined ? {} : { 'x-amzn-query-error': answer.queryError }),
        });
        response.end(JSON.stringify(answer.body));
      },
      () => response.destroy(),
    );
  });
  const port = await listenOnLoopback(server, 0);
  const endpoint = `http://127.0.0.1:${port}`;
  queueUrl = `${endpoint}/${accountId}/${queueName}`;
  return { endpoint, queueUrl, stop: () => stopServer(server) };
}
