/** The few lines that the user does not write: a handler made from the workflows of the entry. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { projectFolder } from '../lib/aws/project-folder.ts';

/** What a handler is made with, and whether it takes the workflows. */
const HANDLERS = {
  worker: { create: 'createWorkerHandler', takesWorkflows: true },
  api: { create: 'createApiHandler', takesWorkflows: true },
  schedule: { create: 'createScheduleHandler', takesWorkflows: true },
  'event-start': { create: 'createEventStartHandler', takesWorkflows: true },
  sweeper: { create: 'createSweeperHandler', takesWorkflows: false },
} as const;

export type HandlerName = keyof typeof HANDLERS;

/** Writes the source of a handler, and gives its file. One with frames is to be compiled. */
export function writeHandlerEntry(name: HandlerName, entryFile: string, hasFrames = false): string {
  const folder = cacheFolder(entryFile);
  const { create, takesWorkflows } = HANDLERS[name];
  const given = [...(takesWorkflows ? ['workflows'] : []), ...(hasFrames ? ['{ frames: createRunFrames() }'] : [])];
  const lines = [
    `import { ${hasFrames ? 'createRunFrames, ' : ''}${create} } from 'lull/lambda';`,
    ...(takesWorkflows ? [`import * as workflows from ${JSON.stringify(toSpecifier(folder, entryFile))};`] : []),
    `export const handler = ${create}(${given.join(', ')});`,
  ];
  return writeOnce(folder, name, `${lines.join('\n')}\n`);
}

/**
 * Beside the packages that the entry itself finds, so that `lull` is the one of the workflows. The same project has it
 * at the same place relative to itself, on every machine: so a source map, and with it an asset's hash, stays the same.
 */
export function cacheFolder(entryFile: string): string {
  return join(projectFolder(entryFile), 'node_modules', '.cache', 'lull');
}

/** As `import` wants it: relative, with slashes. */
function toSpecifier(folder: string, file: string): string {
  return relative(folder, file).split(sep).join('/');
}

/** Named for what is in it: engines of one entry share the file, engines of two do not overwrite each other's. */
function writeOnce(folder: string, name: string, text: string): string {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const file = join(folder, `${name}-${digest}.ts`);
  mkdirSync(folder, { recursive: true });
  if (!existsSync(file)) writeFileSync(file, text);
  return file;
}
