/** Events as API Gateway's HTTP APIs and SQS hand them to a Lambda. */

export function httpEvent({
  method = 'GET',
  path,
  query = '',
  headers = {},
  body,
  isBase64Encoded = false,
  stage = '$default',
}: {
  method?: string;
  /** Decoded, as HTTP APIs have it. */
  path: string;
  query?: string;
  headers?: Record<string, string>;
  body?: string;
  isBase64Encoded?: boolean;
  stage?: string;
}) {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    cookies: ['a=1', 'b=2'],
    headers: { accept: '*/*', host: 'abc123.execute-api.eu-central-1.amazonaws.com', ...headers },
    requestContext: {
      accountId: '123456789012',
      apiId: 'abc123',
      domainName: 'abc123.execute-api.eu-central-1.amazonaws.com',
      domainPrefix: 'abc123',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'curl/8.5.0' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: '$default',
      stage,
      time: '22/Nov/2026:12:00:00 +0000',
      timeEpoch: 1_795_348_800_000,
    },
    ...(body === undefined ? {} : { body }),
    isBase64Encoded,
  };
}

export function sqsEvent(...bodies: string[]) {
  return {
    Records: bodies.map((body, index) => ({
      messageId: `m${index + 1}`,
      receiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a',
      body,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '1795348800000',
        SenderId: 'AIDAIENQZJOLO23YVJ4VO',
        ApproximateFirstReceiveTimestamp: '1795348800001',
      },
      messageAttributes: {},
      md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:wakes',
      awsRegion: 'eu-central-1',
    })),
  };
}

export function context(remainingMs = 30_000) {
  return { getRemainingTimeInMillis: () => remainingMs, awsRequestId: 'aws-1', functionName: 'lull' };
}
