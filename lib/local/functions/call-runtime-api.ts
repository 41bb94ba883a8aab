/** One request to the Runtime API, from a function's process. It imports nothing but node itself. */
import { request, type Agent, type IncomingHttpHeaders } from 'node:http';

export interface RuntimeReply {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** With a body it is a POST, else a GET. */
export function callRuntimeApi(url: string, agent: Agent, body?: string): Promise<RuntimeReply> {
  const options =
    body === undefined
      ? { agent }
      : {
          agent,
          method: 'POST',
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        };
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ headers: response.headers, body: text }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
