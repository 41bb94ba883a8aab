/** The worker of the example workflows. */
import { createWorkerHandler } from './create-worker-handler.ts';
import * as workflows from './workflows/index.ts';

export const handler = createWorkerHandler(workflows);
