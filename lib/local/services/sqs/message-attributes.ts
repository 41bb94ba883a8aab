/** Attributes of messages, in SQS's terms: their limits, and the digest by which receivers check them. */
import { createHash } from 'node:crypto';
import { SqsError } from './sqs-error.ts';

export interface MessageAttribute {
  /** `String`, `Number` or `Binary`, maybe with a label: `Number.float`. */
  readonly DataType: string;
  readonly StringValue?: string;
  /** In base64. */
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

const LIMIT = 10;
const NAME = /^(?!(?:aws|amazon)\.)(?!\.)[\w.-]{1,256}$/i;

/** Of a request; undefined if there are none. */
export function readMessageAttributes(value: unknown): MessageAttributes | undefined {
  const attributes = (value ?? {}) as MessageAttributes;
  const entries = Object.entries(attributes);
  if (entries.length === 0) return undefined;
  if (entries.length > LIMIT) {
    throw new SqsError(
      'InvalidParameterValue',
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${LIMIT}].`,
    );
  }
  for (const [name, attribute] of entries) check(name, attribute);
  return attributes;
}

function check(name: string, { DataType: type, StringValue, BinaryValue }: MessageAttribute): void {
  if (!NAME.test(name)) throw new SqsError('InvalidParameterValue', `Invalid attribute name: ${name}`);
  const [, kind] = /^(String|Number|Binary)(?:\..+)?$/.exec(type) ?? [];
  if (kind === undefined) {
    throw new SqsError(
      'InvalidParameterValue',
      `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type ` +
        `prefixes: Binary, Number, String.`,
    );
  }
  const value = kind === 'Binary' ? BinaryValue : StringValue;
  if (value === undefined || value === '') {
    throw new SqsError(
      'InvalidParameterValue',
      `The message (user) attribute '${name}' must contain a non-empty value of type '${kind}'.`,
    );
  }
}

/** Those whose names are asked for: `All`, `.*`, `prefix.*` or a name. */
export function chooseAttributes(all: MessageAttributes | undefined, names: readonly string[]): MessageAttributes {
  const isChosen = (name: string): boolean =>
    names.some((asked) =>
      asked === 'All' || asked === '.*'
        ? true
        : asked.endsWith('.*')
          ? name.startsWith(asked.slice(0, -1))
          : asked === name,
    );
  return Object.fromEntries(Object.entries(all ?? {}).filter(([name]) => isChosen(name)));
}

export function bytesOfAttributes(attributes: MessageAttributes | undefined): number {
  return Object.entries(attributes ?? {}).reduce(
    (sum, [name, { DataType, StringValue = '', BinaryValue = '' }]) =>
      sum + Buffer.byteLength(name + DataType + StringValue) + Buffer.from(BinaryValue, 'base64').length,
    0,
  );
}

/** SQS's own digest: names in order, each part after its length, and whether the value is a text. */
export function digestOfAttributes(attributes: MessageAttributes): string {
  const hash = createHash('md5');
  const add = (bytes: Buffer): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const [name, { DataType, StringValue, BinaryValue = '' }] of Object.entries(attributes).sort(byName)) {
    add(Buffer.from(name));
    add(Buffer.from(DataType));
    hash.update(Buffer.from([DataType.startsWith('Binary') ? 2 : 1]));
    add(StringValue === undefined ? Buffer.from(BinaryValue, 'base64') : Buffer.from(StringValue));
  }
  return hash.digest('hex');
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
