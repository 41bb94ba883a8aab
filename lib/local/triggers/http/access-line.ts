/** A line of an HTTP API's access log: the template's format with its variables filled in. */
import type { HttpAnswer } from './http-api.ts';

/** What is shown where the template asks for no access log. */
const OWN_FORMAT = '$context.httpMethod $context.path $context.status $context.responseLatency ms';

/** A variable that is not known here is a `-`, as one without a value is. */
export function accessLine(format: string = OWN_FORMAT, answer: HttpAnswer): string {
  const values = valuesOf(answer);
  return format.replace(/\$context\.([A-Za-z]+(?:\.[A-Za-z]+)*)/g, (_, name: string) => escape(values[name] || '-'));
}

function valuesOf({ event, reply, tookMs, callerArn, reason }: HttpAnswer): Record<string, string | undefined> {
  const { requestContext: context } = event ?? {};
  return {
    accountId: context?.accountId,
    apiId: context?.apiId,
    domainName: context?.domainName,
    'error.message': reason === undefined ? undefined : reply.body.toString(),
    httpMethod: context?.http.method,
    'identity.sourceIp': context?.http.sourceIp,
    'identity.userAgent': context?.http.userAgent,
    'identity.userArn': callerArn,
    integrationErrorMessage: reason,
    path: context?.http.path,
    protocol: context?.http.protocol,
    requestId: context?.requestId,
    requestTime: context?.time,
    requestTimeEpoch: context && String(context.timeEpoch),
    responseLatency: String(tookMs),
    responseLength: String(reply.body.length),
    routeKey: context?.routeKey,
    stage: context?.stage,
    status: String(reply.statusCode),
  };
}

/** Formats are mostly JSON, with the variables in quotes. */
function escape(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}
