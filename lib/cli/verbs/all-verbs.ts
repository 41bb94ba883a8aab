/** The verbs that talk to an engine, in the order of the help. */
import type { EngineVerb } from '../engine-verb.ts';
import { showConsole } from './console.ts';
import { cancel, pause, resume, retry, terminate } from './control.ts';
import { count } from './count.ts';
import { deleteRun } from './delete.ts';
import { entity } from './entity.ts';
import { fork } from './fork.ts';
import { history } from './history.ts';
import { list } from './list.ts';
import { query } from './query.ts';
import { show } from './show.ts';
import { signal } from './signal.ts';
import { start } from './start.ts';
import { stream } from './stream.ts';
import { update } from './update.ts';
import { watch } from './watch.ts';
import { workflows } from './workflows.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each has options of its own
export const ENGINE_VERBS: readonly EngineVerb<any>[] = [
  start,
  list,
  count,
  workflows,
  show,
  history,
  watch,
  stream,
  showConsole,
  signal,
  query,
  update,
  entity,
  cancel,
  terminate,
  pause,
  resume,
  retry,
  fork,
  deleteRun,
];
