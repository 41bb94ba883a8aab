/** The book of all bodies of steps that began, for the oracle: it is asked at each body, so it knows where to look. */

/** A body that began. */
export interface BegunBody {
  readonly runId: string;
  readonly stepId: string;
  readonly name: string;
  readonly key: string;
  readonly attempt: number;
  readonly isAtMostOnce: boolean;
  /** It may begin before the record that led to it. */
  readonly isReadOnly: boolean;
  /** Where it needs a place. */
  readonly pool: string | undefined;
  readonly lastHeartbeat: unknown;
  readonly by: string;
  readonly atMs: number;
  readonly end: { readonly kind: 'gave' | 'failed' | 'killed'; readonly atMs: number } | undefined;
}

export class BodyBook {
  readonly #byKey = new Map<string, BegunBody[]>();
  readonly #byRun = new Map<string, BegunBody[]>();
  readonly #byPool = new Map<string, BegunBody[]>();
  readonly #aborted = new WeakSet<BegunBody>();
  /** How many are under way, by run and worker. */
  readonly #underWay = new Map<string, number>();

  readonly #givenUp = new WeakSet<BegunBody>();
  #haveKilled = false;

  /** Whether some body has ended its worker. */
  get haveKilled(): boolean {
    return this.#haveKilled;
  }

  begin(body: BegunBody): void {
    addTo(this.#byKey, body.key, body);
    addTo(this.#byRun, body.runId, body);
    if (body.pool !== undefined) addTo(this.#byPool, body.pool, body);
    this.#count(body, 1);
  }

  end(body: BegunBody, kind: 'gave' | 'failed' | 'killed', atMs: number): void {
    if (body.end === undefined) this.giveUp(body);
    this.#haveKilled ||= kind === 'killed';
    (body as { end: BegunBody['end'] }).end = { kind, atMs };
  }

  /** It hangs and was told to stop: nobody can end it, so it is not counted any more. */
  giveUp(body: BegunBody): void {
    if (this.#givenUp.has(body)) return;
    this.#givenUp.add(body);
    this.#count(body, -1);
  }

  /** Its signal says that it is to stop; it may go on. */
  abort(body: BegunBody): void {
    this.#aborted.add(body);
  }

  isAborted(body: BegunBody): boolean {
    return this.#aborted.has(body);
  }

  ofPool(pool: string): readonly BegunBody[] {
    return this.#byPool.get(pool) ?? [];
  }

  ofKey(key: string): readonly BegunBody[] {
    return this.#byKey.get(key) ?? [];
  }

  ofRun(runId: string): readonly BegunBody[] {
    return this.#byRun.get(runId) ?? [];
  }

  /** Bodies of the run that this worker began, that did not end, and that it may still hope for. */
  underWay(runId: string, by: string): number {
    return this.#underWay.get(`${by} ${runId}`) ?? 0;
  }

  #count({ runId, by }: BegunBody, more: number): void {
    const where = `${by} ${runId}`;
    this.#underWay.set(where, (this.#underWay.get(where) ?? 0) + more);
  }
}

function addTo(lists: Map<string, BegunBody[]>, key: string, body: BegunBody): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [body]);
  else list.push(body);
}
