/** What CDK tells the functions of logs, metrics and traces. */
import { Template } from 'aws-cdk-lib/assertions';
import { LoggingFormat } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, test } from 'vitest';
import { createEngine, permissionsOf, propertiesOf, synthesize } from './synthesized.ts';

const FUNCTIONS = ['Worker', 'ApiFunction', 'Sweeper3'];

describe('every function', () => {
  test('lets Lambda log what lull logs: Lambda drops what is below its own level', () => {
    const template = synthesize({ logLevel: 'debug' });
    for (const id of FUNCTIONS) {
      expect(propertiesOf(template, 'AWS::Lambda::Function', id)).toMatchObject({
        LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'DEBUG' },
        Environment: { Variables: { LULL_LOG_LEVEL: 'debug', LULL_ENGINE: 'Shop/Workflows' } },
      });
    }
  });

  test('logs as text if it is told to, and then Lambda has no level', () => {
    const template = synthesize({ workerOptions: { loggingFormat: LoggingFormat.TEXT } });
    const { LoggingConfig } = propertiesOf(template, 'AWS::Lambda::Function', 'Worker');
    expect(LoggingConfig).toMatchObject({ LogFormat: 'Text' });
    expect(LoggingConfig).not.toHaveProperty('ApplicationLogLevel');
  });

  test('is traced by X-Ray if it is told to, with the right to say so, and not otherwise', () => {
    const { stack } = createEngine();
    expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toMatch(/xray|TracingConfig/);
    const template = synthesize({ tracing: true });
    for (const id of FUNCTIONS) {
      expect(propertiesOf(template, 'AWS::Lambda::Function', id)).toMatchObject({ TracingConfig: { Mode: 'Active' } });
    }
    for (const role of ['WorkerRole', 'SweeperRole', 'ApiFunctionRole']) {
      expect(permissionsOf(template, role)).toEqual(
        expect.arrayContaining(['xray:PutTelemetryRecords on *', 'xray:PutTraceSegments on *']),
      );
    }
  });
});
