/** What the compiler says of a place in the source. */
export interface Problem {
  readonly reason: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 0. */
  readonly column: number;
}

interface Placed {
  readonly loc?: { readonly start: { readonly line: number; readonly column: number } } | null;
}

export function problemAt(node: Placed, reason: string): Problem {
  return { reason, line: node.loc?.start.line ?? 1, column: node.loc?.start.column ?? 0 };
}
