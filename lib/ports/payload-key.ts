/** The port to the key that encrypts the data keys: a key of KMS, or one of this process. */

/** What a data key is for: it is decrypted only where the same is said. */
export type KeyContext = Readonly<Record<string, string>>;

export interface WrappedKey {
  /** The name of the key that has encrypted it, as its owner gave it. */
  readonly by: string;
  /** In base64. */
  readonly wrapped: string;
}

export interface NewDataKey extends WrappedKey {
  /** 32 bytes. */
  readonly secret: Buffer;
}

/**
 * The methods throw a PayloadKeyError where the key cannot be used, and a StoreUnavailableError where it is worth another
 * try.
 */
export interface PayloadKey {
  /** As its owner gave it, such as an ARN. */
  readonly name: string;
  /** The same key without those that it has followed. Absent: it has followed none. */
  readonly own?: PayloadKey | undefined;
  /** A new data key. */
  generate(context: KeyContext): Promise<NewDataKey>;
  /** A data key that this key, or one that it has followed, has encrypted. */
  unwrap(key: WrappedKey, context: KeyContext): Promise<Buffer>;
  /** A data key that there is. */
  wrap(secret: Buffer, context: KeyContext): Promise<WrappedKey>;
}
