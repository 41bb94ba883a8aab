/**
 * To which generator each generator delegates with `yield*`: not even a debugger sees that.
 *
 * From when this is made to when it is closed, the calls of all generators are noted. One that is called while another
 * runs, and then waits, is the one in which the other waits.
 */
const METHODS = ['next', 'throw', 'return'] as const;

type Resume = (this: object, sent: unknown) => IteratorResult<unknown, unknown>;

/** What all generators inherit from. */
const prototype = Object.getPrototypeOf(
  function* () {
    // only its prototype is wanted
  }.prototype,
) as Record<(typeof METHODS)[number], Resume>;

export class Delegations {
  readonly #inner = new WeakMap<object, object>();
  /** Those that run, the innermost last. */
  readonly #running: object[] = [];
  readonly #own = METHODS.map((method) => prototype[method]);

  constructor() {
    for (const method of METHODS) this.#watch(method);
  }

  close(): void {
    for (const [index, method] of METHODS.entries()) prototype[method] = this.#own[index] as Resume;
  }

  of(generator: object): object | undefined {
    return this.#inner.get(generator);
  }

  #watch(method: (typeof METHODS)[number]): void {
    const resume = prototype[method];
    const resumed = this.#resumed.bind(this);
    prototype[method] = function (sent) {
      return resumed(resume, this, sent);
    };
  }

  #resumed(resume: Resume, generator: object, sent: unknown): IteratorResult<unknown, unknown> {
    const outer = this.#running.at(-1);
    this.#inner.delete(generator);
    this.#running.push(generator);
    try {
      const step = resume.call(generator, sent);
      if (outer !== undefined && step.done !== true) this.#inner.set(outer, generator);
      return step;
    } finally {
      this.#running.pop();
    }
  }
}
