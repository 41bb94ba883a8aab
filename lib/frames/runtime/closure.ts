/**
 * Functions of compiled code, known by an id and by what they have captured: a value, if it never changes, else the box
 * that it shares with others.
 */
type Func = (...args: never[]) => unknown;

export interface ClosureKind {
  readonly id: string;
  /** What it captures, in order; the name of a box ends with `*`. */
  readonly names: readonly string[];
  readonly make: (...captured: unknown[]) => Func;
  /** It is made once, when its module is loaded. */
  single?: Func;
}

/** A captured variable that changes, or that is captured before it has its value. */
export class Box {
  v: unknown;

  constructor(v: unknown) {
    this.v = v;
  }
}

// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- a subclass puts its fields on what it is given
class Given {
  constructor(target: object) {
    return target;
  }
}

class Mark extends Given {
  readonly #kind: ClosureKind;
  readonly #captured: readonly unknown[];

  constructor(target: object, kind: ClosureKind, captured: readonly unknown[]) {
    super(target);
    this.#kind = kind;
    this.#captured = captured;
  }

  static of(value: object): { kind: ClosureKind; captured: readonly unknown[] } | undefined {
    return #kind in value ? { kind: value.#kind, captured: value.#captured } : undefined;
  }
}

const kinds = new Map<string, ClosureKind>();

/** Called by compiled code: what makes the functions of one place in the source. */
export function closure(id: string, names: readonly string[], make: (...captured: unknown[]) => Func) {
  const kind: ClosureKind = { id, names, make };
  kinds.set(id, kind);
  return (...captured: unknown[]): Func => {
    const made = Reflect.apply(make, undefined, captured);
    new Mark(made, kind, captured);
    return made;
  };
}

/** Called by compiled code, for a function that its module makes once. */
export function single<F extends Func>(id: string, made: F): F {
  const kind: ClosureKind = { id, names: [], make: () => made, single: made };
  kinds.set(id, kind);
  new Mark(made, kind, []);
  return made;
}

/** The function of this place, with what it had captured. */
export function makeClosure(kind: ClosureKind, captured: readonly unknown[]): Func {
  if (kind.single !== undefined) return kind.single;
  const made = Reflect.apply(kind.make, undefined, captured);
  new Mark(made, kind, captured);
  return made;
}

/** Those of a module that is loaded again. */
export function forgetClosures(module: string): void {
  for (const id of kinds.keys()) if (id.startsWith(`${module}#`)) kinds.delete(id);
}

export function closureKind(id: string): ClosureKind | undefined {
  return kinds.get(id);
}

/** Undefined for a function that compiled code has not made. */
export function closureOf(value: object): { kind: ClosureKind; captured: readonly unknown[] } | undefined {
  return Mark.of(value);
}
