/** The one list: every home runs it. Of the patterns, a few where not the whole suite is asked for. */
import type { AnyEntity } from '../../../lib/core/entity.ts';
import type { AnyWorkflow } from '../../../lib/core/workflow.ts';
import { type Program, workflowsOf } from '../program.ts';
import { asyncioPrograms } from './asyncio.ts';
import { batchPrograms } from './batches.ts';
import { childPrograms } from './children.ts';
import { entityPrograms } from './entities.ts';
import { errorPrograms } from './errors.ts';
import { longLifePrograms } from './long-lives.ts';
import { examplePrograms } from './examples.ts';
import { globalsPrograms } from './globals.ts';
import { loggingPrograms } from './logging.ts';
import { messagePrograms } from './messages.ts';
import { fewPatternPrograms, patternPrograms } from './patterns.ts';
import { repairPrograms } from './repairs.ts';
import { pausePrograms } from './pauses.ts';
import { poolPrograms } from './pools.ts';
import { streamPrograms } from './streams.ts';
import { taskPrograms } from './tasks.ts';
import { transactionPrograms } from './transactions.ts';

export const allPrograms: readonly Program[] = [
  ...asyncioPrograms,
  ...examplePrograms,
  ...loggingPrograms,
  ...errorPrograms,
  ...globalsPrograms,
  ...taskPrograms,
  ...pausePrograms,
  ...batchPrograms,
  ...transactionPrograms,
  ...messagePrograms,
  ...childPrograms,
  ...entityPrograms,
  ...streamPrograms,
  ...poolPrograms,
  ...longLifePrograms,
  ...repairPrograms,
  ...(process.env['LULL_CONFORMANCE'] === 'complete' ? patternPrograms : fewPatternPrograms),
];

/** Those of all programs, each once, whatever is played: what is bundled does not know that. */
export const allWorkflows: readonly (AnyWorkflow | AnyEntity)[] = [
  ...new Set([...allPrograms, ...patternPrograms].flatMap(workflowsOf)),
];
