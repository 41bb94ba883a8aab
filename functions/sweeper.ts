/** The sweeper of the example workflows. It needs none of their code. */
import { createSweeperHandler } from './create-sweeper-handler.ts';

export const handler = createSweeperHandler();
