/** What goes wrong between the SDK and the table, made to happen. */
import { ConditionalCheckFailedException, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Item } from '../../lib/dynamodb/item.ts';

type Send = () => Promise<unknown>;

/** Stands around each attempt of each request; `send` makes the attempt. */
export function aroundEachAttempt(
  client: DynamoDBClient,
  attempt: (command: string, send: Send) => Promise<unknown>,
): void {
  client.middlewareStack.add(
    (next, context) => async (args) =>
      (await attempt(String(context['commandName']), () => next(args))) as Awaited<ReturnType<typeof next>>,
    // The SDK's own retries are a middleware of this step, with a high priority: this one is within them.
    { step: 'finalizeRequest', priority: 'low' },
  );
}

/** Stands around each request, and may answer in the table's place. `input` is the command's. */
export function aroundEachRequest(
  client: DynamoDBClient,
  request: (command: string, input: Record<string, unknown>, send: Send) => Promise<unknown>,
): void {
  client.middlewareStack.add(
    (next, context) => async (args) =>
      (await request(String(context['commandName']), args.input as Record<string, unknown>, () =>
        next(args),
      )) as Awaited<ReturnType<typeof next>>,
    { step: 'initialize' },
  );
}

export function networkError(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}

/** As the SDK reads it from an answer of DynamoDB. */
export function serviceError(name: string, message: string, httpStatusCode = 400): Error {
  return Object.assign(new Error(message), { name, $fault: 'client', $metadata: { httpStatusCode } });
}

/** The next `command` happens, and its answer is lost on the way: the SDK sends it again. Tells how often it was sent. */
export function loseNextAnswer(client: DynamoDBClient): (command: string) => { attempts: number } {
  let armed: { command: string; lost: boolean; attempts: number } | undefined;
  aroundEachAttempt(client, async (command, send) => {
    if (command !== armed?.command) return send();
    armed.attempts += 1;
    const answer = await send();
    if (armed.lost) return answer;
    armed.lost = true;
    throw networkError();
  });
  return (command) => (armed = { command, lost: false, attempts: 0 });
}

/** A failed condition returns the item that made it fail, as DynamoDB does and dynalite does not. */
export function returnWhatFailed(client: DynamoDBClient): void {
  aroundEachRequest(client, async (_command, input, send) => {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      if (input['ReturnValuesOnConditionCheckFailure'] !== 'ALL_OLD') throw error;
      const { TableName, Key, Item: written } = input as { TableName: string; Key?: Item; Item?: Item };
      const key = Object.fromEntries(Object.entries(Key ?? written ?? {}).filter(([name]) => /^[ps]k$/.test(name)));
      const { Item } = await client.send(new GetItemCommand({ TableName, Key: key, ConsistentRead: true }));
      throw new ConditionalCheckFailedException({
        message: error.message,
        $metadata: error.$metadata,
        ...(Item ? { Item } : {}),
      });
    }
  });
}
