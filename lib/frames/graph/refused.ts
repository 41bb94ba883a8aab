import { MAX_RUN_BYTES } from '../../core/stored-run-limit.ts';

/** Why a graph is not stored or not read. Inside of this folder it is thrown; outside it is a result. */
export class Refused extends Error {
  readonly reason: string;
  /** The node at hand, if it is one of those that are being stored. */
  readonly part: string;

  constructor(reason: string, part = '') {
    super(reason);
    this.reason = reason;
    this.part = part;
  }
}

export interface GraphRefusal {
  readonly kind: 'refused';
  /** From the root to the value at fault: `.locals.client`. '' for a stored graph as a whole. */
  readonly path: string;
  readonly reason: string;
}

/** Of a graph as a whole. */
export const tooLarge = (bytes: number): string => `it has ${bytes} bytes: ${MAX_RUN_BYTES} are allowed`;
