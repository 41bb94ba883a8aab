/**
 * The object that a call of a compiled generator function gives. It does what a native one does, and its state can be
 * read and made again: a definition and a frame.
 */
import { NEXT, RETURN, THROW, type Definition, type Frame, type Mode } from './definition.ts';

type Func = (...args: never[]) => unknown;

/** Gives the object that it was given, so that a subclass can put private fields on it. */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- a subclass puts its fields on what it is given
class Given {
  constructor(target: object) {
    return target;
  }
}

export interface FrameState {
  readonly definition: Definition;
  /** The function whose call it is, if that is known. */
  readonly own: Func | undefined;
  /** Undefined when it has ended. */
  readonly frame: Frame | undefined;
  readonly isRunning: boolean;
}

class FrameGenerator extends Given {
  #definition: Definition;
  #own: Func | undefined;
  #frame: Frame | undefined;
  #isRunning = false;

  constructor(target: object, definition: Definition, own: Func | undefined, frame: Frame | undefined) {
    super(target);
    this.#definition = definition;
    this.#own = own;
    this.#frame = frame;
  }

  next(sent: unknown): IteratorResult<unknown, unknown> {
    return this.#resume(NEXT, sent);
  }

  return(value: unknown): IteratorResult<unknown, unknown> {
    const frame = this.#idle();
    if (frame !== undefined && frame['#pc'] !== 0) return this.#resume(RETURN, value);
    this.#frame = undefined;
    return { value, done: true };
  }

  throw(error: unknown): IteratorResult<unknown, unknown> {
    const frame = this.#idle();
    if (frame !== undefined && frame['#pc'] !== 0) return this.#resume(THROW, error);
    this.#frame = undefined;
    throw error;
  }

  #idle(): Frame | undefined {
    if (this.#isRunning) throw new TypeError('Generator is already running');
    return this.#frame;
  }

  #resume(mode: Mode, sent: unknown): IteratorResult<unknown, unknown> {
    const frame = this.#idle();
    if (frame === undefined) return { value: undefined, done: true };
    this.#isRunning = true;
    let isOver = true;
    try {
      const { step } = this.#definition;
      const result = step(frame, mode, sent);
      isOver = frame['#pc'] < 0;
      return result;
    } finally {
      this.#isRunning = false;
      if (isOver) this.#frame = undefined;
    }
  }

  static stateOf(value: object): FrameState | undefined {
    if (!(#frame in value)) return undefined;
    return { definition: value.#definition, own: value.#own, frame: value.#frame, isRunning: value.#isRunning };
  }

  static fill(value: object, frame: Frame): void {
    if (#frame in value) value.#frame = frame;
  }

  static setOwn(value: object, own: Func): void {
    if (!(#frame in value)) return;
    value.#own = own;
    Object.setPrototypeOf(value, generatorPrototype(own));
  }
}

const GeneratorFunctionPrototype = Object.getPrototypeOf(function* () {
  // only its prototype is wanted
}) as { readonly prototype: object };

/** Between the native prototype of generators and each function's own one. */
const framePrototype = Object.create(GeneratorFunctionPrototype.prototype) as object;
for (const name of ['next', 'return', 'throw'] as const) {
  const value: unknown = Object.getOwnPropertyDescriptor(FrameGenerator.prototype, name)?.value;
  Object.defineProperty(framePrototype, name, { value, writable: true, enumerable: false, configurable: true });
}

/** Called by compiled code: what a call of a generator function gives. */
export function start(definition: Definition, own: Func | undefined, frame: Frame): object {
  return new FrameGenerator(Object.create(generatorPrototype(own)) as object, definition, own, frame);
}

/** A generator that has ended; `fillGenerator` gives it another state. */
export function endedGenerator(definition: Definition, own: Func | undefined): object {
  return new FrameGenerator(Object.create(generatorPrototype(own)) as object, definition, own, undefined);
}

export function fillGenerator(generator: object, frame: Frame): void {
  FrameGenerator.fill(generator, frame);
}

export function setOwnFunction(generator: object, own: Func): void {
  FrameGenerator.setOwn(generator, own);
}

/** Undefined for anything but a generator of compiled code. It never throws and runs no code of the value's. */
export function frameStateOf(value: object): FrameState | undefined {
  return FrameGenerator.stateOf(value);
}

/** What the generators of a function inherit from. */
export function generatorPrototype(own: Func | undefined): object {
  const given: unknown = own?.prototype;
  return (typeof given === 'object' && given !== null) || typeof given === 'function' ? given : framePrototype;
}

/** Called by compiled code: makes a function what a generator function is, from outside. */
export function generatorFunction<F extends Func>(own: F, length: number = own.length): F {
  Object.setPrototypeOf(own, GeneratorFunctionPrototype);
  if (length !== own.length) Object.defineProperty(own, 'length', { value: length, configurable: true });
  const value: unknown = Object.create(framePrototype);
  return Object.defineProperty(own, 'prototype', { value, writable: true });
}

/**
 * Called by compiled code: the same for a method of a class, which is found by its key. `definition`: of a method that there is
 * once.
 */
export function generatorMethod(holder: object, key: PropertyKey, definition?: { own?: Func }): void {
  const method: unknown = Object.getOwnPropertyDescriptor(holder, key)?.value;
  if (typeof method !== 'function') return;
  const own = generatorFunction(method as Func);
  if (definition !== undefined) definition.own = own;
}

/** Called by compiled code, where a generator function is called with `new`. */
export function notConstructor(name: string): never {
  throw new TypeError(`${name === '' ? '(intermediate value)' : name} is not a constructor`);
}
