import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { WorkflowEngine } from 'lull/cdk';

const stack = new Stack(new App(), 'MyApp');
const engine = new WorkflowEngine(stack, 'Workflows', { entry: 'workflows/index.ts' });
new CfnOutput(stack, 'Url', { value: engine.url, description: 'Of the HTTP API: sign requests to it' });
