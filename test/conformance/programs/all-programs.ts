/** The one list: every home runs it. */
import type { Program } from '../program.ts';
import { asyncioPrograms } from './asyncio.ts';
import { errorPrograms } from './errors.ts';
import { examplePrograms } from './examples.ts';
import { globalsPrograms } from './globals.ts';
import { loggingPrograms } from './logging.ts';
import { taskPrograms } from './tasks.ts';

export const allPrograms: readonly Program[] = [
  ...asyncioPrograms,
  ...examplePrograms,
  ...loggingPrograms,
  ...errorPrograms,
  ...globalsPrograms,
  ...taskPrograms,
];
