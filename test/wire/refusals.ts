/** How DynamoDB, SQS and S3 say that they cannot, in the words of their protocols. */

export type Service = 'dynamodb' | 'sqs' | 's3';

export interface Refusal {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

const REFUSALS = {
  dynamodb: {
    failed: { statusCode: 500, type: 'com.amazonaws.dynamodb.v20120810#InternalServerError' },
    throttled: { statusCode: 400, type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException' },
  },
  sqs: {
    failed: { statusCode: 500, type: 'com.amazonaws.sqs#InternalError' },
    throttled: { statusCode: 400, type: 'com.amazonaws.sqs#RequestThrottled' },
  },
} as const;

export function refusal(service: Service, how: 'failed-before' | 'failed-after' | 'throttled'): Refusal {
  if (service === 's3') return s3Refusal(how === 'throttled' ? 'SlowDown' : 'InternalError');
  const { statusCode, type } = REFUSALS[service][how === 'throttled' ? 'throttled' : 'failed'];
  const body = Buffer.from(JSON.stringify({ __type: type, message: 'damaged on purpose, try again' }));
  return { statusCode, headers: { 'content-type': 'application/x-amz-json-1.0' }, body };
}

function s3Refusal(code: 'SlowDown' | 'InternalError'): Refusal {
  const xml = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>damaged on purpose</Message></Error>`;
  const statusCode = code === 'SlowDown' ? 503 : 500;
  return { statusCode, headers: { 'content-type': 'application/xml' }, body: Buffer.from(xml) };
}
