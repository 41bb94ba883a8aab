/**
 * The frames of a task at rest: the generator functions in which it waits, the innermost first, where the code was compiled for
 * frames. lull's own are passed over: what they do is said by what the task waits for.
 */
import { SecretValues } from '../core/secret-values.ts';
import { showVariable } from '../core/show-variable.ts';
import type { TaskFrame, TaskVariable } from '../core/task-frame.ts';
import type { FrameState } from '../frames/runtime/generator.ts';
import { runtime } from '../frames/runtime/runtime.ts';

/** So many are shown of one task: those that wait, and not those that called them. */
const MOST_FRAMES = 50;
/** No task is in so many coroutines. */
const DEEPEST = 10_000;

export function framesOf(coroutine: object | undefined, secrets: SecretValues): TaskFrame[] {
  const frames: TaskFrame[] = [];
  let at: unknown = coroutine;
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const state = typeof at === 'object' && at !== null ? runtime.frameStateOf(at) : undefined;
    if (state === undefined) break;
    if (!state.definition.id.startsWith('lull/')) frames.push(toFrame(state, secrets));
    at = state.frame?.['#d'];
  }
  return frames.reverse().slice(0, MOST_FRAMES);
}

function toFrame({ definition, frame }: FrameState, secrets: SecretValues): TaskFrame {
  const [module = '', name = ''] = definition.id.split('#');
  const point = frame && definition.byState.get(frame['#pc']);
  const names = frame === undefined ? [] : (point?.live ?? definition.start);
  return {
    function: name.replaceAll(/(?:\(\))?(?::[\w-]{8}(?:~[\d/]+)?)?(?=\/|$)/g, ''),
    ...(point && { at: `${module}:${point.line}:${point.column + 1}` }),
    variables: names.flatMap((local) => toVariable(local, frame?.[local], secrets)),
  };
}

/** What the compiler has made for itself has a name that no variable can have. */
function toVariable(name: string, held: unknown, secrets: SecretValues): TaskVariable[] {
  if (name.startsWith('#') || held === runtime.UNSET) return [];
  const value = showVariable(held instanceof runtime.Box ? held.v : held, { secrets, isOpaque });
  const [shown = name] = name.split('#'); // `name#2` is one of a name in two scopes
  return [value === undefined ? { name: shown, sensitive: true } : { name: shown, value }];
}

/** Of a class of lull, or a coroutine: it has more inside than its author has put there. */
function isOpaque(value: object): boolean {
  if (runtime.frameStateOf(value) !== undefined) return true;
  const prototype = Object.getPrototypeOf(value) as object | null;
  const made: unknown = prototype && Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  const isOfLull = typeof made === 'function' && runtime.nameInModule(made)?.module.startsWith('lull/') === true;
  return isOfLull && !(value instanceof Error);
}
