/**
 * The PayloadKey in KMS, by three requests: GenerateDataKey, Decrypt and, where data keys are encrypted anew, Encrypt. A key that is not the one that was named, or one of
 * those before it, is not asked, also where this process may use it: what it has encrypted is none of ours.
 */
import { createJsonClient, type JsonClient } from '../aws/json/json-client.ts';
import type { KeyContext, NewDataKey, PayloadKey, WrappedKey } from '../ports/payload-key.ts';
import { KmsRefusal, translateError } from './translate-errors.ts';

export interface KmsKeyOptions {
  /** The ARN, the id or the alias of the key that encrypts. */
  readonly name: string;
  /** Keys that have encrypted data keys before: they decrypt them still. */
  readonly former?: readonly string[] | undefined;
  /** Default: lull's own, with the region, credentials and endpoint of the environment. */
  readonly client?: KmsClient | undefined;
}

export type KmsAction = 'GenerateDataKey' | 'Decrypt' | 'Encrypt';

export type KmsClient = Pick<JsonClient, 'send'>;

/** A connection that hangs must not use up a turn: the request is made again. */
function createKmsClient(): KmsClient {
  return createJsonClient({
    service: 'kms',
    targetPrefix: 'TrentService',
    jsonVersion: '1.1',
    maxAttempts: 4,
    limits: { connectMs: 1_000, answerMs: 5_000 },
  });
}

export function createKmsKey({ name, former = [], client = createKmsClient() }: KmsKeyOptions): KmsKey {
  return new KmsKey(client, name, former);
}

interface DataKeyAnswer {
  readonly CiphertextBlob: string;
  readonly Plaintext: string;
}

interface EncryptAnswer {
  readonly CiphertextBlob: string;
}

export class KmsKey implements PayloadKey {
  readonly name: string;
  readonly own: PayloadKey | undefined;
  readonly #client: KmsClient;
  readonly #former: readonly string[];

  constructor(client: KmsClient, name: string, former: readonly string[]) {
    this.#client = client;
    this.name = name;
    this.#former = former;
    this.own = former.length === 0 ? undefined : new KmsKey(client, name, []);
  }

  async generate(context: KeyContext): Promise<NewDataKey> {
    const input = { KeyId: this.name, KeySpec: 'AES_256', EncryptionContext: context };
    const { CiphertextBlob, Plaintext } = await this.#ask<DataKeyAnswer>('GenerateDataKey', this.name, input);
    return { by: this.name, wrapped: CiphertextBlob, secret: Buffer.from(Plaintext, 'base64') };
  }

  async unwrap({ by, wrapped }: WrappedKey, context: KeyContext): Promise<Buffer> {
    const known = [this.name, ...this.#former];
    // It may have been named otherwise where it was made: by its alias, or its ARN.
    const inTurn = known.includes(by) ? [by, ...known.filter((name) => name !== by)] : known;
    let refusal: unknown;
    for (const KeyId of inTurn) {
      try {
        const input = { KeyId, CiphertextBlob: wrapped, EncryptionContext: context };
        const { Plaintext } = await this.#ask<DataKeyAnswer>('Decrypt', by, input);
        return Buffer.from(Plaintext, 'base64');
      } catch (error) {
        refusal ??= error;
        if (!isOtherKey(error)) throw error;
      }
    }
    throw refusal;
  }

  async wrap(secret: Buffer, context: KeyContext): Promise<WrappedKey> {
    const input = { KeyId: this.name, Plaintext: secret.toString('base64'), EncryptionContext: context };
    const { CiphertextBlob } = await this.#ask<EncryptAnswer>('Encrypt', this.name, input);
    return { by: this.name, wrapped: CiphertextBlob };
  }

  async #ask<Output>(action: KmsAction, by: string, input: object): Promise<Output> {
    try {
      return (await this.#client.send<Output>(action, input)).output;
    } catch (error) {
      throw translateError(error, { action, key: this.name, by });
    }
  }
}

function isOtherKey(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof KmsRefusal && error.cause.name === 'IncorrectKeyException';
}
