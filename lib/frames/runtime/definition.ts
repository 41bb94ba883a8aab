/** What the compiler says of one generator function, and the frame that one call of it has. */

/**
 * The variables of one call of a generator function: locals by their names, and what the machine needs under names with
 * a `#`, which no variable can have.
 */
export interface Frame {
  /** The state in which the machine goes on; 0 before it begins, negative when it has ended. */
  '#pc': number;
  /** The iterator that `yield*` delegates to, and its `next`. */
  '#d': unknown;
  '#n': unknown;
  /** What a delegate returned. */
  '#v': unknown;
  [local: string]: unknown;
}

/** How a machine is resumed. */
export const NEXT = 0;
export const THROW = 1;
export const RETURN = 2;
export type Mode = typeof NEXT | typeof THROW | typeof RETURN;

/** An await point: the state behind it, what is alive there, and where it is in the source. */
export interface AwaitPoint {
  /** Hashes of its own text, of the loops and tries around it, and of the names of what is alive, with dots between them. */
  readonly id: string;
  readonly state: number;
  readonly live: readonly string[];
  readonly isDelegating: boolean;
  readonly line: number;
  readonly column: number;
  /** A hash of the code that may have run by then in its part of the module, and what that uses. */
  readonly passed?: string;
}

export interface Definition {
  /** The module's id and the function's path in it. */
  readonly id: string;
  readonly step: (frame: Frame, mode: Mode, sent: unknown) => IteratorResult<unknown, unknown>;
  /** A frame of the right shape, with nothing in it. */
  readonly blank: () => Frame;
  /** The await points by their states, and by their ids. */
  readonly byState: ReadonlyMap<number, AwaitPoint>;
  readonly byId: ReadonlyMap<string, AwaitPoint>;
  /** What is alive before the first step. */
  readonly start: readonly string[];
  /** The locals that are boxes. */
  readonly boxed: ReadonlySet<string>;
}

/** As compiled code writes it. */
export interface WrittenDefinition extends Pick<Definition, 'id' | 'step' | 'blank' | 'start'> {
  readonly boxed: readonly string[];
  readonly points: readonly (readonly [
    id: string,
    state: number,
    live: readonly string[],
    isDelegating: 0 | 1,
    line: number,
    column: number,
    passed?: string,
  ])[];
}

const definitions = new Map<string, Definition>();

/** Called by compiled code, once for each generator function of a module. */
export function define({ points, boxed, ...written }: WrittenDefinition): Definition {
  const all = points.map(([id, state, live, isDelegating, line, column, passed]): AwaitPoint => ({
    ...{ id, state, live, isDelegating: isDelegating === 1, line, column },
    ...(passed !== undefined && { passed }),
  }));
  const definition: Definition = {
    ...written,
    byState: new Map(all.map((point) => [point.state, point])),
    byId: new Map(all.map((point) => [point.id, point])),
    boxed: new Set(boxed),
  };
  definitions.set(definition.id, definition);
  return definition;
}

/** Those of a module that is loaded again are forgotten: what it does not define any more is gone. */
export function forgetDefinitions(module: string): void {
  for (const id of definitions.keys()) if (id.startsWith(`${module}#`)) definitions.delete(id);
}

export function definitionOf(id: string): Definition | undefined {
  return definitions.get(id);
}
