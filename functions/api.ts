/** The HTTP API of the example workflows. */
import { createApiHandler } from './create-api-handler.ts';
import * as workflows from './workflows/index.ts';

export const handler = createApiHandler(workflows);
