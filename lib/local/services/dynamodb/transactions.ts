/**
 * `TransactWriteItems` on dynalite, which has none. While one is decided and written no other request is carried out, so no request sees a part of it. It has DynamoDB's answers: the reasons in order, limits, tokens of ten minutes. What it has
 * not: conflicts, since requests wait for each other here. Where tables are in a folder, what is about to be written is
 * noted there first, and written once more by the next process if this one is killed.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  bytesToText,
  storedItemBytes,
  textToBytes,
  type StoredItem,
} from '../../../core/transaction/attribute-value.ts';
import { tableNameOf, type TransactionAction, type TransactionWrite } from '../../../core/transaction/write.ts';
import { keyTextOf, type TableSchema } from '../../../memory/tables/apply-write.ts';
import { decide, type ItemChange, type Reason } from '../../../memory/tables/decide.ts';

const TARGET = 'DynamoDB_20120810.TransactWriteItems';
const ITEMS_LIMIT = 100;
const BYTES_LIMIT = 4 * 1024 * 1024;
const TOKEN_LIFE_MS = 10 * 60_000;
const NOTE = 'transaction.json';

interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface Transactions {
  readonly listener: RequestListener;
  /** Writes what a process before was about to. */
  readonly finish: () => Promise<void>;
}

/** Answers transactions itself, and has `listener` answer all else. `folder`: where tables are kept. */
export function withTransactions(listener: RequestListener, folder?: string): Transactions {
  const ask = (action: string, input: object): Promise<Answer> => askListener(listener, action, input);
  const state = { ask, note: folder === undefined ? undefined : join(folder, NOTE), tokens: new Map<string, Token>() };
  const open = new Set<Promise<void>>();
  let last: Promise<unknown> = Promise.resolve();
  return {
    listener: (request, response) => {
      if (request.headers['x-amz-target'] !== TARGET) {
        void last.then(() => {
          const ended = untilEnd(response);
          open.add(ended);
          void ended.then(() => open.delete(ended));
          listener(request, response);
        });
        return;
      }
      const body = readWhole(request);
      last = last
        .then(() => Promise.all(open))
        .then(async () => send(response, await transact(state, await body)))
        .catch((error: unknown) => send(response, failure('InternalServerError', String(error), 500)));
    },
    finish: async () => {
      if (state.note === undefined || !existsSync(state.note)) return;
      const changes = JSON.parse(readFileSync(state.note, 'utf8')) as Written[];
      for (const change of changes) await write(ask, change);
      rmSync(state.note);
    },
  };
}

interface Token {
  readonly text: string;
  readonly atMs: number;
}

interface State {
  readonly ask: (action: string, input: object) => Promise<Answer>;
  readonly note: string | undefined;
  readonly tokens: Map<string, Token>;
}

interface Input {
  readonly TransactItems?: readonly Readonly<Record<string, Request | undefined>>[];
  readonly ClientRequestToken?: string;
  readonly ReturnConsumedCapacity?: string;
}

interface Request {
  readonly TableName: string;
  readonly Item?: StoredItem;
  readonly Key?: StoredItem;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: StoredItem;
  readonly ReturnValuesOnConditionCheckFailure?: string;
}

const ACTIONS: Readonly<Record<string, TransactionAction>> = {
  Put: 'put',
  Update: 'update',
  Delete: 'delete',
  ConditionCheck: 'check',
};

async function transact(state: State, body: string): Promise<Answer> {
  let input: Input;
  try {
    input = JSON.parse(body) as Input;
  } catch {
    return failure('SerializationException', 'the body is no JSON');
  }
  const writes = (input.TransactItems ?? []).flatMap(toWrites);
  if (writes.length === 0 || writes.length > ITEMS_LIMIT) {
    return failure(
      'ValidationException',
      `TransactItems has ${writes.length} requests: 1 to ${ITEMS_LIMIT} are possible`,
    );
  }
  const bytes = writes.reduce(
    (sum, { item = {}, key = {}, values = {} }) =>
      sum + [item, key, values].map(storedItemBytes).reduce((a, b) => a + b),
    0,
  );
  if (bytes > BYTES_LIMIT) return failure('ValidationException', 'Transaction request size exceeded 4 MB');

  const known = knownToken(state.tokens, input, JSON.stringify(input.TransactItems));
  if (known === 'same') return success(input, []);
  if (known === 'other') {
    return failure('IdempotentParameterMismatchException', 'the token was used with other parameters');
  }
  const tables = await readTables(state, writes);
  if (tables === undefined) return failure('ResourceNotFoundException', 'Requested resource not found');
  const items = await readItems(state, writes, tables);
  const decision = decide(writes, ({ table }) => {
    const schema = tables.get(tableNameOf(table));
    return schema && { schema, item: (keyText) => items.get(`${schema.TableName}\n${keyText}`) };
  });
  if (decision.kind === 'invalid') return failure('ValidationException', decision.message);
  if (decision.kind === 'cancelled') return cancelled(decision.reasons);
  await writeAll(state, decision.changes);
  const { ClientRequestToken: token } = input;
  if (token !== undefined) state.tokens.set(token, { text: JSON.stringify(input.TransactItems), atMs: Date.now() });
  return success(input, decision.changes);
}

function toWrites(entry: Readonly<Record<string, Request | undefined>>): TransactionWrite[] {
  return Object.entries(entry).flatMap(([kind, request]) => {
    const action = ACTIONS[kind];
    if (action === undefined || request === undefined) return [];
    const { Item, Key, UpdateExpression: update, ConditionExpression: condition } = request;
    const { ExpressionAttributeNames: names, ExpressionAttributeValues: values } = request;
    return [
      {
        action,
        table: request.TableName,
        ...(Item && { item: textToBytes(Item) }),
        ...(Key && { key: textToBytes(Key) }),
        ...(update !== undefined && { update }),
        ...(condition !== undefined && { condition }),
        ...(names && { names }),
        ...(values && { values: textToBytes(values) }),
        ...(request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && { givesItem: true as const }),
        isPlain: false,
      },
    ];
  });
}

function knownToken(tokens: Map<string, Token>, input: Input, text: string): 'same' | 'other' | undefined {
  for (const [name, { atMs }] of tokens) if (atMs < Date.now() - TOKEN_LIFE_MS) tokens.delete(name);
  const known = tokens.get(input.ClientRequestToken ?? '');
  if (known === undefined) return undefined;
  return known.text === text ? 'same' : 'other';
}

/** Undefined where one of them is not there. */
async function readTables(
  { ask }: State,
  writes: readonly TransactionWrite[],
): Promise<ReadonlyMap<string, TableSchema> | undefined> {
  const tables = new Map<string, TableSchema>();
  for (const name of new Set(writes.map(({ table }) => tableNameOf(table)))) {
    const { status, body } = await ask('DescribeTable', { TableName: name });
    if (status !== 200) return undefined;
    tables.set(name, (JSON.parse(body) as { Table: TableSchema }).Table);
  }
  return tables;
}

async function readItems(
  { ask }: State,
  writes: readonly TransactionWrite[],
  tables: ReadonlyMap<string, TableSchema>,
): Promise<ReadonlyMap<string, StoredItem>> {
  const items = new Map<string, StoredItem>();
  for (const one of writes) {
    const schema = tables.get(tableNameOf(one.table));
    if (schema === undefined) continue;
    const Key = keyOf(schema, one.key ?? one.item ?? {});
    const { body } = await ask('GetItem', { TableName: schema.TableName, Key: bytesToText(Key), ConsistentRead: true });
    const { Item } = JSON.parse(body) as { Item?: StoredItem };
    if (Item !== undefined) items.set(`${schema.TableName}\n${keyTextOf(schema, { key: Key })}`, textToBytes(Item));
  }
  return items;
}

function keyOf({ KeySchema }: TableSchema, item: StoredItem): StoredItem {
  return Object.fromEntries(
    KeySchema.flatMap(({ AttributeName: name }) => (item[name] === undefined ? [] : [[name, item[name]]])),
  );
}

interface Written {
  readonly table: string;
  readonly key: StoredItem;
  /** With bytes as text. */
  readonly after: StoredItem | undefined;
}

async function writeAll({ ask, note }: State, changes: readonly ItemChange[]): Promise<void> {
  const written = changes.flatMap(({ table, write: { action, key, item }, after }): Written[] =>
    action === 'check' ? [] : [{ table, key: bytesToText(key ?? item ?? {}), after: after && bytesToText(after) }],
  );
  if (note !== undefined) writeFileSync(note, JSON.stringify(written));
  for (const change of written) await write(ask, change);
  if (note !== undefined) rmSync(note);
}

async function write(ask: State['ask'], { table, key, after }: Written): Promise<void> {
  const { status, body } = await (after === undefined
    ? ask('DeleteItem', { TableName: table, Key: key })
    : ask('PutItem', { TableName: table, Item: after }));
  if (status !== 200) throw new Error(`a part of a transaction could not be written: ${body}`);
}

function cancelled(reasons: readonly Reason[]): Answer {
  return {
    status: 400,
    body: JSON.stringify({
      __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
      Message:
        'Transaction cancelled, please refer cancellation reasons for specific reasons ' +
        `[${reasons.map(({ code }) => code).join(', ')}]`,
      CancellationReasons: reasons.map(({ code, message, item }) => ({
        Code: code,
        ...(message !== undefined && { Message: message }),
        ...(item && { Item: bytesToText(item) }),
      })),
    }),
  };
}

/** A write in a transaction takes two units for each KB of the larger item, before or after. */
function success({ ReturnConsumedCapacity: wanted = 'NONE' }: Input, changes: readonly ItemChange[]): Answer {
  if (wanted === 'NONE') return { status: 200, body: '{}' };
  const units = new Map<string, number>();
  for (const { table, before = {}, after = {} } of changes) {
    const kilobytes = Math.max(1, Math.ceil(Math.max(storedItemBytes(before), storedItemBytes(after)) / 1024));
    units.set(table, (units.get(table) ?? 0) + 2 * kilobytes);
  }
  const ConsumedCapacity = [...units].map(([TableName, CapacityUnits]) => ({
    TableName,
    CapacityUnits,
    ...(wanted === 'INDEXES' && { Table: { CapacityUnits } }),
  }));
  return { status: 200, body: JSON.stringify({ ConsumedCapacity }) };
}

function failure(name: string, message: string, status = 400): Answer {
  return { status, body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message }) };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(body);
}

async function readWhole(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function untilEnd(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve);
    response.once('finish', resolve);
  });
}

/** As if over HTTP: dynalite reads a request, and writes an answer. */
function askListener(listener: RequestListener, action: string, input: object): Promise<Answer> {
  return new Promise((resolve) => {
    const headers = {
      'x-amz-target': `DynamoDB_20120810.${action}`,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-date': '20260101T000000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
    };
    const request = Object.assign(Readable.from([Buffer.from(JSON.stringify(input))], { objectMode: false }), {
      method: 'POST',
      url: '/',
      headers,
    });
    const response = {
      statusCode: 200,
      setHeader: () => undefined,
      writeHead: (status: number) => {
        response.statusCode = status;
      },
      end: (body: Buffer | string = '') => {
        resolve({ status: response.statusCode, body: body.toString() });
      },
    };
    listener(request as unknown as IncomingMessage, response as unknown as ServerResponse);
  });
}
