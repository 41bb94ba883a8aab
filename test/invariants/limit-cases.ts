/** The proof of a row of docs/limits.md: what happens right below a limit, at it, and right above it. */
import { describe, it } from 'vitest';

export interface LimitCases {
  readonly under: () => unknown;
  readonly at: () => unknown;
  readonly over: () => unknown;
}

/** `name` is the row's. That each row has such a proof is looked up in the sources of `i10-*.test.ts`. */
export function limit(name: string, { under, at, over }: LimitCases): void {
  describe(`I10: ${name}`, () => {
    it('below it nothing is refused', async () => void (await under()));
    it('at it things go as docs/limits.md says', async () => void (await at()));
    it('above it things go as docs/limits.md says', async () => void (await over()));
  });
}
