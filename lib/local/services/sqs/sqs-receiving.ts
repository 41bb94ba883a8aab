/** ReceiveMessage, and what is done with the receipts that it gives. */
import type { Clock } from '../../../ports/clock.ts';
import { chooseAttributes, digestOfAttributes } from './message-attributes.ts';
import type { MessageQueue, ReceivedMessage } from './message-queue.ts';
import { SqsError } from './sqs-error.ts';
import { md5 } from './sqs-sending.ts';

const RECEIVE_LIMIT = 10;
const LONGEST_WAIT_SECONDS = 20;
const LONGEST_VISIBILITY_SECONDS = 43_200;
const RECEIPT = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Input = Record<string, unknown>;

/** With WaitTimeSeconds it waits for a message until that time has passed. */
export async function receiveMessages(queue: MessageQueue, input: Input, clock: Clock): Promise<unknown> {
  const limit = readInteger(input, 'MaxNumberOfMessages', [1, RECEIVE_LIMIT]) ?? 1;
  const hiddenSeconds = readInteger(input, 'VisibilityTimeout', [0, LONGEST_VISIBILITY_SECONDS]);
  const waitSeconds = readInteger(input, 'WaitTimeSeconds', [0, LONGEST_WAIT_SECONDS]) ?? 0;
  const receive = (): ReceivedMessage[] =>
    queue.receive(limit, hiddenSeconds === undefined ? undefined : hiddenSeconds * 1000);
  const received = await waitFor(receive, { queue, clock, untilMs: clock.nowMs() + waitSeconds * 1000 });
  return received.length === 0 ? {} : { Messages: received.map((message) => toMessage(message, input)) };
}

export function deleteMessage(queue: MessageQueue, input: Input): Record<string, unknown> {
  queue.delete(readReceipt(input));
  return {};
}

export function hideMessage(queue: MessageQueue, input: Input): Record<string, unknown> {
  const seconds = readInteger(input, 'VisibilityTimeout', [0, LONGEST_VISIBILITY_SECONDS]);
  if (seconds === undefined) {
    throw new SqsError('MissingParameter', 'The request must contain the parameter VisibilityTimeout.');
  }
  const receipt = readReceipt(input);
  if (queue.changeVisibility(receipt, seconds * 1000)) return {};
  throw new SqsError(
    'MessageNotInflight',
    `Value ${receipt} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for ` +
      `visibility timeout change.`,
  );
}

function waitFor(
  receive: () => ReceivedMessage[],
  { queue, clock, untilMs }: { queue: MessageQueue; clock: Clock; untilMs: number },
): Promise<ReceivedMessage[]> {
  const first = receive();
  if (first.length > 0 || clock.nowMs() >= untilMs) return Promise.resolve(first);
  return new Promise((resolve) => {
    const end = (received: ReceivedMessage[]): void => {
      stopListening();
      cancelTimer();
      resolve(received);
    };
    const cancelTimer = clock.callAt(untilMs, () => end([]));
    const stopListening = queue.onVisible(() => {
      const received = receive();
      if (received.length > 0) end(received);
    });
  });
}

function toMessage(message: ReceivedMessage, input: Input): unknown {
  const attributes = chooseAttributes(message.attributes, readNames(input, 'MessageAttributeNames'));
  const system = systemAttributesOf(message, [
    ...readNames(input, 'AttributeNames'),
    ...readNames(input, 'MessageSystemAttributeNames'),
  ]);
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    MD5OfBody: md5(message.body),
    Body: message.body,
    ...(Object.keys(system).length > 0 ? { Attributes: system } : {}),
    ...(Object.keys(attributes).length > 0
      ? { MessageAttributes: attributes, MD5OfMessageAttributes: digestOfAttributes(attributes) }
      : {}),
  };
}

function systemAttributesOf(message: ReceivedMessage, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(message.systemAttributes).filter(([name]) => names.includes('All') || names.includes(name)),
  );
}

function readReceipt(input: Input): string {
  const receipt = input['ReceiptHandle'];
  if (typeof receipt === 'string' && RECEIPT.test(receipt)) return receipt;
  throw new SqsError(
    'ReceiptHandleIsInvalid',
    `The input receipt handle ${JSON.stringify(receipt)} is not a valid receipt handle.`,
  );
}

function readNames(input: Input, name: string): string[] {
  const names = input[name];
  return Array.isArray(names) ? names.map(String) : [];
}

function readInteger(input: Input, name: string, [least, most]: [number, number]): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return Number(value);
  throw new SqsError(
    'InvalidParameterValue',
    `Value ${JSON.stringify(value)} for parameter ${name} is invalid. ` +
      `Reason: Must be between ${least} and ${most}, if provided.`,
  );
}
