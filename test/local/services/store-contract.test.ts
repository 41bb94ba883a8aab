/** The store, as the worker has it: signed, checked against its role, and on a table made of the template. */
import { rmSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { createDynamodbStore } from '../../../lib/dynamodb/create-dynamodb-store.ts';
import type { Resources } from '../../../lib/local/resources.ts';
import { readTemplate } from '../../../lib/local/template/read-template.ts';
import { useEveryOperation } from '../../dynamodb/every-operation.ts';
import { createEngine } from '../../infra/synthesized.ts';
import { describeBase } from '../../store/base-contract.ts';
import { describeJournal } from '../../store/journal-contract.ts';
import { describeLeases } from '../../store/lease-contract.ts';
import { describeInbox } from '../../store/inbox-contract.ts';
import { describePayloads } from '../../store/payload-contract.ts';
import { startAws } from './aws-under-test.ts';

const BUCKET = 'shop-payloads';
const cloud = await startAws(afterAll, (sqs) => withAllRights(readEngine(sqs)));
const tableName = cloud.resources.tables[0]!.name;
const { dynamodb: client, s3 } = cloud.clients(cloud.workerCredentials);
const store = createDynamodbStore({ tableName, client, bucketName: BUCKET, s3 });
const openStore = async (): Promise<typeof store> => store;

describeLeases(openStore);
describeInbox(openStore);
describeBase(openStore);
describeJournal(openStore);
describePayloads(openStore);

test('nothing of that was denied but the write to a table that was not granted', async () => {
  await useEveryOperation(store);
  const calls = cloud.authorizer.calls();
  const denied = calls.filter((call) => call.denied > 0);
  expect(denied).toMatchObject([{ action: 'dynamodb:PutItem', denied: 1 }]); // of a transaction
  expect(calls.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['dynamodb:UpdateItem', 'dynamodb:Query', 's3:PutObject', 's3:GetObject']),
  );
  expect(cloud.errors).toEqual([]);
});

function readEngine(sqs: string): Resources {
  const folder = createEngine().app.synth().directory;
  afterAll(() => rmSync(folder, { recursive: true }));
  return readTemplate(folder, { sqs, apiUrl: () => 'http://127.0.0.1:1' });
}

/** The contract does all that anybody may do with a store; the roles of the template share that among them. */
function withAllRights(resources: Resources): Resources {
  const { arn } = resources.tables[0]!;
  const statement = {
    ...{ Effect: 'Allow', Action: ['dynamodb:DeleteItem', 'dynamodb:Query', 's3:*Object', 's3:ListBucket'] },
    Resource: [arn, `${arn}/index/*`, `arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`],
  };
  const added = { name: 'added', document: { Version: '2012-10-17', Statement: [statement] } };
  return {
    ...resources,
    buckets: [...resources.buckets, { id: 'Shop/Payloads', name: BUCKET, arn: `arn:aws:s3:::${BUCKET}` }],
    roles: resources.roles.map((role) => ({ ...role, policies: [...role.policies, added] })),
  };
}
