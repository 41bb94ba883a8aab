/** KMS on the wire, as far as lull asks it, with its keys in memory: what it answers, and how it refuses. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLocalKey } from '../../lib/encryption/local-key.ts';
import type { KeyContext } from '../../lib/ports/payload-key.ts';

export interface KmsRequest {
  readonly action: string;
  readonly input: {
    readonly KeyId?: string;
    readonly CiphertextBlob?: string;
    readonly EncryptionContext?: KeyContext;
  };
}

/** What it answers in place of the key: an error, by its name; after so long; or nothing, and the connection is cut. */
export interface Disturbance {
  readonly error?: string;
  readonly status?: number;
  readonly message?: string;
  readonly delayMs?: number;
  readonly cut?: true;
}

export interface FakeKms {
  readonly endpoint: string;
  readonly requests: KmsRequest[];
  /** Asked for each request, before the key is. */
  disturb: (request: KmsRequest) => Disturbance | undefined;
  close(): Promise<void>;
}

/** `keys`: their ids, which are in ARNs and stand for themselves. */
export async function startFakeKms(keys: readonly string[]): Promise<FakeKms> {
  const local = new Map(keys.map((id) => [id, createLocalKey(id)]));
  const requests: KmsRequest[] = [];
  const kms = { disturb: (_request: KmsRequest): Disturbance | undefined => undefined };

  async function answer({ action, input }: KmsRequest): Promise<object> {
    const id = input.KeyId?.split('/').at(-1) ?? '';
    const key = local.get(id);
    if (key === undefined) throw refusal('NotFoundException', `Key '${input.KeyId}' does not exist`);
    const context = input.EncryptionContext ?? {};
    if (action === 'GenerateDataKey') {
      const { secret, wrapped } = await key.generate(context);
      return { KeyId: id, Plaintext: secret.toString('base64'), CiphertextBlob: blob(id, wrapped) };
    }
    const [by, wrapped] = fromBlob(input.CiphertextBlob ?? '');
    if (by !== id) throw refusal('IncorrectKeyException', 'The key ID in the request does not identify the key');
    const secret = await key.unwrap({ by, wrapped }, context).catch(() => {
      throw refusal('InvalidCiphertextException', '');
    });
    return { KeyId: id, Plaintext: secret.toString('base64') };
  }

  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const request = await readRequest(incoming);
      requests.push(request);
      const { error, status = 400, message, delayMs = 0, cut } = kms.disturb(request) ?? {};
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      if (cut) {
        incoming.socket.destroy();
        return;
      }
      const send = (code: number, body: object): void => {
        outgoing.writeHead(code, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
      };
      if (error !== undefined) {
        send(status, { __type: error, message: message ?? `${error} of the test` });
        return;
      }
      try {
        send(200, await answer(request));
      } catch (thrown) {
        const { name, message: said } = thrown as Error;
        send(400, { __type: name, message: said });
      }
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(kms, {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

async function readRequest(incoming: IncomingMessage): Promise<KmsRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const action = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
  return { action, input: JSON.parse(Buffer.concat(chunks).toString('utf8')) as KmsRequest['input'] };
}

/** A ciphertext of KMS says which key has made it. */
function blob(id: string, wrapped: string): string {
  return Buffer.from(`${id}\n${wrapped}`).toString('base64');
}

function fromBlob(text: string): [string, string] {
  const [id = '', wrapped = ''] = Buffer.from(text, 'base64').toString('utf8').split('\n');
  return [id, wrapped];
}

function refusal(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
