import type { FunctionResource } from '../../../lib/local/resources.ts';

export const ARN = 'arn:aws:lambda:eu-west-1:000000000000:function:under-test';

/** A function as a template may say it, whose code lies in that folder. */
export function functionOf(codePath: string): FunctionResource {
  return {
    id: 'Stack/UnderTest',
    name: 'under-test',
    arn: ARN,
    codePath,
    isolation: 'lambda',
    handler: 'index.handler',
    runtime: `nodejs${process.versions.node.split('.')[0]}.x`,
    environment: {},
    timeoutMs: 10_000,
    memoryMb: 256,
    roleArn: 'arn:aws:iam::000000000000:role/under-test',
    qualifiers: [],
    maxRetryAttempts: 2,
  };
}
