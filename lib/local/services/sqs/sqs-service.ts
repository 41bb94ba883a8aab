/** SQS: what a request asks for in IAM's terms. It is answered by the queues of this process. */
import { SqsError } from './sqs-error.ts';
import { answerSqs, queueOf, SQS_OPERATIONS, toSqsAnswer, type SqsAnswer, type SqsContext } from './sqs-protocol.ts';
import type { Resources } from '../../resources.ts';
import { UnknownOperationError, type AwsAnswer, type AwsError, type AwsService } from '../service.ts';
import { jsonAnswer, operationOf, readJson, signatureNames, type RefusalNames } from '../json-protocol.ts';

export function createSqsService(resources: Pick<Resources, 'region' | 'accountId'>, parts: SqsContext): AwsService {
  return {
    read: (request) => {
      const operation = operationOf(request);
      if (!SQS_OPERATIONS.includes(operation)) throw new UnknownOperationError('sqs', operation, SQS_OPERATIONS);
      const input = readJson(request);
      const { QueueUrl: url, QueueName: queueName } = input;
      const name = queueOf(parts.queues, input)?.name ?? String(queueName ?? url).replace(/^.*\//, '');
      return {
        operation,
        accesses: [
          {
            action: `sqs:${operation.replace(/Batch$/, '')}`,
            resource: `arn:aws:sqs:${resources.region}:${resources.accountId}:${name}`,
          },
        ],
        answer: async () => toAnswer(await answerSqs(parts, { target: operation, body: request.body.toString() })),
      };
    },
    refuse: (kind, message) => {
      const [code, statusCode] = REFUSALS[kind];
      // The older protocol's name of it is another one, and the SDK goes by that.
      const queryError = `${code.replace(/^AccessDeniedException$/, 'AccessDenied')};Sender`;
      return toAnswer({ statusCode, body: { __type: `com.amazon.coral.service#${code}`, message }, queryError });
    },
    fail: ({ code, message }: AwsError) => toAnswer(toSqsAnswer(new SqsError(code, message))),
  };
}

const REFUSALS: RefusalNames = {
  ...signatureNames(403),
  AccessDenied: ['AccessDeniedException', 403],
  Throttled: ['RequestThrottled', 400],
  InternalFailure: ['InternalFailure', 500],
};

function toAnswer({ statusCode, body, queryError }: SqsAnswer): AwsAnswer {
  return jsonAnswer(statusCode, body, queryError === undefined ? {} : { 'x-amzn-query-error': queryError });
}
