/** What two builds are compared by: where runs of each workflow may wait, and what they have passed by then. */

export interface BuildDescription {
  /** All compiled code, and lull's own. */
  readonly code: string;
  readonly ownCode: string;
  readonly workflows: readonly DescribedWorkflow[];
}

export interface DescribedWorkflow {
  readonly name: string;
  /** Its history is: its runs have no journal to replay. */
  readonly isUnbounded?: true;
  /** Where its function is, as `shop.ts#order()`. Undefined if that was not compiled. */
  readonly function?: string;
  /** Those of its function. */
  readonly points: readonly DescribedPoint[];
}

export interface DescribedPoint {
  readonly id: string;
  /** As `shop.ts:12:5`. */
  readonly at: string;
  /** The names of the variables that are alive there. */
  readonly live: readonly string[];
  /** Hashes of what has been passed there, by what it is called. Undefined if it is not known. */
  readonly passed?: readonly (readonly [name: string, hash: string])[];
}
