/**
 * The code that a run at rest has passed, by hashes: the same for any code with which a replay does what was done. It is known
 * where the workflow's function was compiled, has captured nothing, and waits.
 */
import { registeredClasses } from '../core/class-registry.ts';
import type { WorkflowDefinition } from '../core/workflow.ts';
import type { FrameState } from '../frames/runtime/generator.ts';
import type { AwaitPoint } from '../frames/runtime/definition.ts';
import { runtime } from '../frames/runtime/runtime.ts';

const known = new WeakMap<AwaitPoint, string>();

/** `body`: the coroutine of the workflow. Undefined if only the same code is known to have passed the same. */
export function passedCode(body: object | undefined, definition: WorkflowDefinition): string | undefined {
  const { code } = definition;
  const state = outermostFrame(body);
  if (code === undefined || state?.frame === undefined || state.own !== code) return undefined;
  if ((runtime.closureOf(code)?.captured.length ?? 0) > 0) return undefined;
  const point = state.definition.byState.get(state.frame['#pc']);
  return point && passedAt(state.definition.id, point, definition);
}

function passedAt(functionId: string, point: AwaitPoint, definition: WorkflowDefinition): string | undefined {
  const before = known.get(point);
  if (before !== undefined) return before;
  const behind = codeBehindPoint(functionId, point, definition);
  if (behind === undefined) return undefined;
  const text = JSON.stringify([...behind]);
  known.set(point, text);
  return text;
}

/** By what it is called, of runs that wait at that await point of a workflow's function. */
export function codeBehindPoint(
  functionId: string,
  { passed }: AwaitPoint,
  definition: WorkflowDefinition,
): Map<string, string> | undefined {
  if (passed === undefined || definition.entity !== undefined) return undefined;
  const [module = ''] = functionId.split('#');
  const behind = new Map(runtime.codeBehind(module, passed, registeredClasses()));
  return behind.set('options of the workflow', optionsOf(definition));
}

/** What a run does may depend on them, wherever they are written. */
function optionsOf({ name, stepDefaults, timeoutMs }: WorkflowDefinition): string {
  return JSON.stringify([name, stepDefaults, timeoutMs], (_, value: unknown) =>
    typeof value === 'function' ? String(value) : value,
  );
}

/** The author's; lull's own are around it. */
function outermostFrame(body: object | undefined): FrameState | undefined {
  let at: unknown = body;
  while (typeof at === 'object' && at !== null) {
    const state = runtime.frameStateOf(at);
    if (state === undefined || !state.definition.id.startsWith('lull/')) return state;
    at = state.frame?.['#d'];
  }
  return undefined;
}
