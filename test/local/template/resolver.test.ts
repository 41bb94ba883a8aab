/** What values of a template stand for. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTemplate } from '../../../lib/local/template/read-template.ts';
import { ADDRESSES, functionWith, readResources, withWorker, writeAssembly, type TemplateJson } from './assembly.ts';

/** The value in place of which a function gets this one. */
function resolved(
  value: unknown,
  resources: Record<string, unknown> = {},
  others: TemplateJson = {},
): string | undefined {
  return readResources({ ...resources, Worker: functionWith({ VALUE: value }) }, others).functions.find(
    ({ id }) => id === 'Shop/Worker',
  )?.environment['VALUE'];
}

const QUEUE = { Orders: { Type: 'AWS::SQS::Queue' } };
const BUCKET = { Files: { Type: 'AWS::S3::Bucket' } };
const CONDITIONS = {
  Conditions: {
    Yes: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
    No: { 'Fn::Not': [{ Condition: 'Yes' }] },
    Both: { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] },
    Either: { 'Fn::Or': [{ Condition: 'No' }, { 'Fn::Equals': ['a', 'a'] }] },
  },
};
const BOOTSTRAP = {
  Parameters: { BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/x/version' } },
};
const SITE = { Site: { Type: 'AWS::CloudFront::Distribution' } };
const MAPPINGS = { Mappings: { Sizes: { 'us-east-1': { worker: 'large' } } } };

describe('a value of a template', () => {
  it.each<[string, unknown, string, Record<string, unknown>?, TemplateJson?]>([
    ['Ref to a queue', { Ref: 'Orders' }, 'http://127.0.0.1:4000/000000000000/Shop-Orders', QUEUE],
    ['GetAtt', { 'Fn::GetAtt': ['Orders', 'Arn'] }, 'arn:aws:sqs:us-east-1:000000000000:Shop-Orders', QUEUE],
    ['GetAtt as a text', { 'Fn::GetAtt': 'Orders.QueueName' }, 'Shop-Orders', QUEUE],
    ['a bucket, in lower case', { Ref: 'Files' }, 'shop-files', BUCKET],
    ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::StackName' }, 1]] }, 'a-Shop-1'],
    ['Sub', { 'Fn::Sub': '${AWS::Partition}:${Orders.QueueName}:${!Literal}' }, 'aws:Shop-Orders:${Literal}', QUEUE],
    ['Sub with variables', { 'Fn::Sub': ['${Name}!', { Name: { Ref: 'AWS::AccountId' } }] }, '000000000000!'],
    ['Select and Split', { 'Fn::Select': ['1', { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    ['FindInMap', { 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'worker'] }, 'large', {}, MAPPINGS],
    [
      'FindInMap with a default',
      { 'Fn::FindInMap': ['Sizes', 'x', 'y', { DefaultValue: 'none' }] },
      'none',
      {},
      MAPPINGS,
    ],
    ['If', { 'Fn::If': ['Yes', 'then', 'else'] }, 'then', {}, CONDITIONS],
    ['If of Not', { 'Fn::If': ['No', 'then', 'else'] }, 'else', {}, CONDITIONS],
    ['If of And', { 'Fn::If': ['Both', 'then', 'else'] }, 'else', {}, CONDITIONS],
    ['If of Or', { 'Fn::If': ['Either', 'then', 'else'] }, 'then', {}, CONDITIONS],
    ['Base64', { 'Fn::Base64': 'hello' }, 'aGVsbG8='],
    ['a parameter', { Ref: 'Stage' }, 'beta', {}, { Parameters: { Stage: { Type: 'String', Default: 'beta' } } }],
    ['the bootstrap version', { Ref: 'BootstrapVersion' }, '99', {}, BOOTSTRAP],
    ['ToJsonString', { 'Fn::ToJsonString': { a: [{ Ref: 'AWS::Region' }] } }, '{"a":["us-east-1"]}'],
    [
      'an attribute that only AWS knows',
      { 'Fn::GetAtt': ['Site', 'DomainName'] },
      '(Shop/Site has no DomainName in the local cloud)',
      SITE,
    ],
  ])('%s', (_name, value, expected, resources, others) => {
    expect(resolved(value, resources, others)).toBe(expected);
  });

  it('may be nothing: NoValue leaves the variable out', () => {
    expect(resolved({ Ref: 'AWS::NoValue' })).toBeUndefined();
  });

  it('that puts together the address of an API gives that of this machine', () => {
    const api = { Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } } };
    const url = { 'Fn::Sub': 'https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/runs' };
    expect(resolved(url, api)).toBe('http://127.0.0.1:5000/Shop/Api/runs');
    expect(resolved({ 'Fn::GetAtt': ['Api', 'ApiEndpoint'] }, api)).toBe('http://127.0.0.1:5000/Shop/Api');
  });

  it('of a resource with a name of its own is that name', () => {
    const named = { Orders: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { 'Fn::Sub': 'q-${AWS::Region}' } } } };
    expect(resolved({ 'Fn::GetAtt': ['Orders', 'QueueName'] }, named)).toBe('q-us-east-1');
  });

  it('is that of the account and region that the app names', () => {
    const folder = writeAssembly(
      { Shop: withWorker({ Worker: functionWith({ VALUE: { 'Fn::Sub': '${AWS::AccountId}/${AWS::Region}' } }) }) },
      { environment: 'aws://123456789012/eu-central-1' },
    );
    const resources = readTemplate(folder, ADDRESSES);
    expect(resources.functions[0]?.environment['VALUE']).toBe('123456789012/eu-central-1');
    expect(resources.functions[0]?.arn).toBe('arn:aws:lambda:eu-central-1:123456789012:function:Shop-Worker');
  });

  it('may come from another stack, by an export or by its output', () => {
    const producer = {
      Resources: QUEUE,
      Outputs: {
        Url: { Value: { Ref: 'Orders' } },
        Arn: { Value: { 'Fn::GetAtt': ['Orders', 'Arn'] }, Export: { Name: { 'Fn::Sub': '${AWS::StackName}:arn' } } },
      },
    };
    const worker = functionWith({
      IMPORTED: { 'Fn::ImportValue': 'Data:arn' },
      OUTPUT: { 'Fn::GetStackOutput': { StackName: 'Data', OutputName: 'Url' } },
    });
    const resources = readTemplate(writeAssembly({ Shop: withWorker({ Worker: worker }), Data: producer }), ADDRESSES);
    expect(resources.functions[0]?.environment).toMatchObject({
      IMPORTED: 'arn:aws:sqs:us-east-1:000000000000:Data-Orders',
      OUTPUT: 'http://127.0.0.1:4000/000000000000/Data-Orders',
    });
    expect(resources.outputs).toEqual({
      'Data.Arn': 'arn:aws:sqs:us-east-1:000000000000:Data-Orders',
      'Data.Url': 'http://127.0.0.1:4000/000000000000/Data-Orders',
    });
    expect(resources.queues.map(({ id }) => id)).toEqual(['Data/Orders']);
  });
});

describe('what cannot be resolved is told with its place', () => {
  const place = 'Shop.template.json: Resources.Worker.Properties.Environment.Variables.VALUE';

  it.each<[string, unknown, string, string]>([
    [
      'an unknown function',
      { 'Fn::Cidr': ['10.0.0.0/16', 2] },
      'UNKNOWN_INTRINSIC',
      'does not know Fn::Cidr: it knows',
    ],
    ['an unknown pseudo parameter', { Ref: 'AWS::Moon' }, 'UNKNOWN_INTRINSIC', 'the pseudo parameter AWS::Moon'],
    ['a resource that is not there', { Ref: 'Nobody' }, 'INVALID_TEMPLATE', 'there is no resource or parameter Nobody'],
    ['an attribute of nothing', { 'Fn::GetAtt': ['No', 'Arn'] }, 'INVALID_TEMPLATE', 'there is no resource No'],
    [
      'an export that nobody makes',
      { 'Fn::ImportValue': 'x' },
      'INVALID_TEMPLATE',
      'no stack of the assembly exports x',
    ],
    ['a selection beyond the end', { 'Fn::Select': [3, ['a']] }, 'INVALID_TEMPLATE', 'selects number 3 of ["a"]'],
    [
      'nothing in a map',
      { 'Fn::FindInMap': ['A', 'b', 'c'] },
      'INVALID_TEMPLATE',
      'finds nothing in the mappings at A.b.c',
    ],
    ['a secret', '{{resolve:secretsmanager:x}}', 'NOT_SUPPORTED', '{{resolve:secretsmanager:x}} is in AWS alone'],
  ])('%s', (_name, value, code, message) => {
    expect(() => resolved(value)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error,
    );
    expect(() => resolved(value)).toThrow(place);
  });

  it('a parameter without a default', () => {
    expect(() => resolved({ Ref: 'Stage' }, {}, { Parameters: { Stage: { Type: 'String' } } })).toThrow(
      'the parameter Stage has no default',
    );
  });

  it('resources in a ring, and conditions that ask for themselves', () => {
    const ring = {
      A: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { 'Fn::GetAtt': ['B', 'QueueName'] } } },
      B: { Type: 'AWS::SQS::Queue', DependsOn: ['A'] },
    };
    expect(() => resolved('x', ring)).toThrow(
      expect.objectContaining({
        code: 'CIRCULAR_REFERENCE',
        message: expect.stringContaining('A -> B -> A') as string,
      }) as Error,
    );
    const conditions = { Conditions: { A: { 'Fn::Not': [{ Condition: 'B' }] }, B: { Condition: 'A' } } };
    expect(() => resolved({ 'Fn::If': ['A', 1, 2] }, {}, conditions)).toThrow(/refers to itself: .*Conditions\.A/);
  });
});

it('a template alone is a stack of its file name', () => {
  const folder = writeAssembly({ Shop: withWorker({}) });
  expect(readTemplate(join(folder, 'Shop.template.json'), ADDRESSES).functions[0]?.id).toBe('Shop/Worker');
});
