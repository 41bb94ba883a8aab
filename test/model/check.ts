/** One question to the model checker. */

export interface Check {
  readonly name: string;
  readonly file:
    | 'run.pml'
    | 'purge.pml'
    | 'after-end.pml'
    | 'update.pml'
    | 'early.pml'
    | 'transaction.pml'
    | 'pool.pml'
    | 'base.pml';
  /** `safe`: no assertion fails, in any state. `live`: with weak fairness and finitely many faults, it comes to rest. */
  readonly kind: 'safe' | 'live';
  /** `breaks`: a mistake is planted, or a limit is known; the checker has to find it. */
  readonly want: 'holds' | 'breaks';
  /** The switches that are named at the head of the model. */
  readonly switches: string;
}

/** Without steps and timers: a model of messages alone. */
export const SMALL = 'NSTEP=0 NTIMER=0';

export function of(
  file: Check['file'],
  kind: Check['kind'],
  want: Check['want'],
  named: readonly (readonly [name: string, switches: string])[],
): Check[] {
  return named.map(([name, switches]) => ({ file, kind, want, name, switches }));
}
