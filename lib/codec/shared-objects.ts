/** Which objects of a value stand at several places. They get ids, counted from 1, in the order of their first places. */
export class SharedObjects {
  #met = new Set<object>();
  /** With their ids in this pass; 0 as long as the first place was not met. */
  #ids: Map<object, number> | undefined;
  #lastId = 0;

  /** How many objects were met in this pass. */
  get met(): number {
    return this.#met.size;
  }

  /** How many of all passes are shared. */
  get shared(): number {
    return this.#ids?.size ?? 0;
  }

  wasMet(object: object): boolean {
    return this.#met.has(object);
  }

  /** The id of an object that is met for the first time in this pass; 0 if it is not known to be shared. */
  first(object: object): number {
    this.#met.add(object);
    if (this.#ids?.has(object) !== true) return 0;
    this.#lastId += 1;
    this.#ids.set(object, this.#lastId);
    return this.#lastId;
  }

  /** The id of an object that is met again; 0 if only now it is known to be shared, and another pass is needed. */
  again(object: object): number {
    this.#ids ??= new Map();
    const id = this.#ids.get(object) ?? 0;
    if (id === 0) this.#ids.set(object, 0);
    return id;
  }

  startPass(): void {
    this.#met = new Set();
    this.#lastId = 0;
    for (const object of this.#ids?.keys() ?? []) this.#ids?.set(object, 0);
  }

  /** Forgets what is shared: the value is not what it was in the passes before. */
  startAnew(): void {
    this.#ids = undefined;
    this.startPass();
  }
}
