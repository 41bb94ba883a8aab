/**
 * The runtime, as one object that all copies in a process share: a bundle of workflows and the engine beside it may each
 * bring one, and have to understand each other's generators.
 */
import * as checks from './checks.ts';
import * as closures from './closure.ts';
import * as codes from './code-behind.ts';
import * as cursors from './cursor.ts';
import * as definitions from './definition.ts';
import * as delegation from './delegate.ts';
import * as generators from './generator.ts';
import * as iteration from './iterator-over.ts';
import * as names from './module-names.ts';
import * as moduleCodes from './module-code.ts';
import * as literals from './object-literal.ts';

const own = {
  ...checks,
  ...closures,
  ...codes,
  ...cursors,
  ...definitions,
  ...delegation,
  ...generators,
  ...iteration,
  ...moduleCodes,
  ...names,
  ...literals,
};

/** Raised by one whenever compiled code and the runtime could misunderstand each other. */
const RUNTIME_VERSION = 3;

const SLOT = Symbol.for(`lull.frames.${RUNTIME_VERSION}`);
const slot = globalThis as { [SLOT]?: typeof own | undefined };

export const runtime = (slot[SLOT] ??= own);
