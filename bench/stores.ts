/** The stores that are measured. */
import { CreateTableCommand, DynamoDBClient, type ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import { createDynamodbStore } from '../lib/dynamodb/create-dynamodb-store.ts';
import { createTableInput } from '../lib/dynamodb/create-table-input.ts';
import { meterWrites, type MeteredWrite } from '../lib/dynamodb/write-meter.ts';
import { MemoryStore } from '../lib/memory/memory-store.ts';
import type { PayloadKey } from '../lib/ports/payload-key.ts';
import type { JournalRecord } from '../lib/journal/record.ts';
import type { Store } from '../lib/ports/store.ts';
import { startTableServer } from './table-server.ts';

export interface BenchStore {
  readonly name: 'none' | 'memory' | 'dynalite';
  readonly store: Store;
  /** Counts write units, which takes time: figures of time are not to be trusted. */
  readonly isMetered: boolean;
  /** Where the table is asked, if there is one. */
  readonly endpoint?: string;
  /** Whose writes are counted: of one that is metered. */
  readonly client?: DynamoDBClient;
  /** What was asked of the store since this was called last. */
  takeCounts(): Counts;
  close(): Promise<void>;
}

export interface Counts {
  /** Calls that read only. */
  readonly reads: number;
  /** Records put into journals. */
  readonly records: number;
  /** Write units as DynamoDB bills them, indexes included; undefined where nothing is billed. */
  readonly writeUnits: number | undefined;
  /** Read units, as the store counts them; undefined where nothing is billed. */
  readonly readUnits: number | undefined;
}

const READS: ReadonlySet<keyof Store> = new Set<keyof Store>([
  'readRun',
  'readValue',
  'loadRecords',
  'loadMessages',
  'listDue',
  'listRuns',
]);

export function openMemory({ hasBucket = true } = {}): BenchStore {
  return {
    name: 'memory',
    isMetered: false,
    ...counting(new MemoryStore({ payloadBucket: hasBucket }), undefined),
    close: () => Promise.resolve(),
  };
}

/** No store at all for journals: records are kept as they are, neither written as text nor read. */
export function openNone(): BenchStore {
  const journals = new Map<string, JournalRecord[]>();
  const memory = new MemoryStore();
  const putRecord: Store['putRecord'] = (runId, record) => {
    const journal = journals.get(runId);
    if (journal === undefined) journals.set(runId, [record]);
    else journal.push(record);
    return Promise.resolve({ kind: 'put' });
  };
  const loadRecords: Store['loadRecords'] = (runId) => Promise.resolve(journals.get(runId) ?? []);
  const overrides: Partial<Store> = { putRecord, loadRecords };
  const store = new Proxy<Store>(memory, {
    get: (target, key) => {
      const own: unknown = Reflect.get(overrides, key) ?? Reflect.get(target, key);
      return typeof own === 'function' ? (own.bind(target) as unknown) : own;
    },
  });
  return { name: 'none', isMetered: false, ...counting(store, undefined), close: () => Promise.resolve() };
}

// The figures are not about which Node the SDK will need next year.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const NAMES = ['AWS_ENDPOINT_URL_DYNAMODB', 'AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];

interface DynaliteOptions {
  readonly isMetered?: boolean;
  /** Only where the bench is no bundle. */
  readonly transactions?: boolean;
  readonly payloadKey?: PayloadKey;
}

/**
 * DynamoDB's protocol over loopback HTTP, its data in the memory of another process. The store finds it as one on AWS
 * finds its table: by the environment.
 */
export async function openDynalite(options: DynaliteOptions = {}): Promise<BenchStore> {
  const { isMetered = false, transactions = false, payloadKey } = options;
  const server = await startTableServer({ transactions });
  const before = { ...process.env }; // a process of tests has other tables too
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: server.endpoint,
    ...{ AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench' },
  });
  const [sdk, reader] = [new DynamoDBClient({}), new DynamoDBClient({})];
  await sdk.send(new CreateTableCommand(createTableInput('bench')));
  // What is metered goes through the SDK, whose requests can be looked at.
  const store = createDynamodbStore({ tableName: 'bench', client: isMetered ? sdk : undefined, payloadKey });
  return {
    name: 'dynalite',
    isMetered,
    endpoint: server.endpoint,
    ...(isMetered ? { client: sdk } : {}),
    ...counting(store, isMetered ? { writes: meterWrites(sdk, reader), readUnits: meterReads(sdk) } : undefined),
    close: async () => {
      sdk.destroy();
      reader.destroy();
      await server.close();
      for (const name of NAMES) restore(name, before[name]);
    },
  };
}

function restore(name: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}

interface Meters {
  readonly writes: MeteredWrite[];
  readonly readUnits: number[];
}

/** From now on the list gets the units of each read through the client. What finds nothing takes the least, which dynalite does not count. */
function meterReads(client: DynamoDBClient): number[] {
  const units: number[] = [];
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (!/^(Get|Query|BatchGet)/.test(String(context['commandName']))) return next(args);
      const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
      const { ConsumedCapacity } = result.output as { ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[] };
      const least = (args.input as { ConsistentRead?: boolean }).ConsistentRead === true ? 1 : 0.5;
      for (const { CapacityUnits = 0 } of [ConsumedCapacity ?? []].flat()) units.push(Math.max(least, CapacityUnits));
      return result;
    },
    { step: 'initialize' },
  );
  return units;
}

function counting(store: Store, meters: Meters | undefined): Pick<BenchStore, 'store' | 'takeCounts'> {
  let reads = 0;
  let records = 0;
  const counted = new Proxy(store, {
    get: (target, key) => {
      const method: unknown = Reflect.get(target, key);
      if (typeof method !== 'function') return method;
      return (...values: unknown[]): unknown => {
        if (READS.has(key as keyof Store)) reads += 1;
        if (key === 'putRecord') records += 1;
        return Reflect.apply(method, target, values);
      };
    },
  });
  return {
    store: counted,
    takeCounts: () => {
      const writeUnits = meters?.writes.splice(0).reduce((sum, write) => sum + write.total, 0);
      const readUnits = meters?.readUnits.splice(0).reduce((sum, read) => sum + read, 0);
      const counts = { reads, records, writeUnits, readUnits };
      reads = 0;
      records = 0;
      return counts;
    },
  };
}
