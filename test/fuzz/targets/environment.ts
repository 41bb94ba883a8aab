/** The environment of a function, as an object in JSON: settings that can be, or an error that names the variables. */
import {
  EnvironmentError,
  readFunctionSettings,
  readSweeperSettings,
  readWorkerSettings,
} from '../../../lib/lambda/environment.ts';
import { expectThat, type FuzzTarget, readJson } from '../target.ts';

const environment: FuzzTarget = {
  seeds: [
    '{"LULL_TABLE_NAME":"runs","LULL_QUEUE_URL":"https://sqs.example/wakes"}',
    '{"LULL_TABLE_NAME":"runs","LULL_QUEUE_URL":"u","LULL_LEASE_MS":"30000","LULL_LOG_LEVEL":"warn"}',
    '{"LULL_PIN_RUNS":"true","AWS_LAMBDA_FUNCTION_NAME":"f","AWS_LAMBDA_FUNCTION_VERSION":"7","LULL_ENGINE":"e"}',
    '{"LULL_SWEEP_AHEAD_MS":"1000","LULL_VERSION":"v","LULL_BUCKET_NAME":"b"}',
  ],
  run(input) {
    const value = readJson(input)?.value;
    if (typeof value !== 'object' || value === null) return;
    const texts = Object.entries(value).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : []));
    const variables = Object.fromEntries(texts) as Record<string, string>;
    for (const read of [readFunctionSettings, readWorkerSettings, readSweeperSettings]) {
      try {
        const settings = read(variables);
        expectThat(settings.tableName.trim() !== '' && settings.queueUrl.trim() !== '', 'a name is empty');
        const { leaseMs } = settings as { leaseMs?: number };
        expectThat(leaseMs === undefined || (leaseMs >= 1_000 && leaseMs <= 900_000), `the lease is ${leaseMs}`);
      } catch (error) {
        if (!(error instanceof EnvironmentError)) throw error;
      }
    }
  },
};
export default environment;
