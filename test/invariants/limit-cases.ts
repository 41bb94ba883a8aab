/** The proof of a row of docs/limits.md: what happens right below a limit, at it, and right above it. */
import { describe, it } from 'vitest';

export interface LimitCases {
  readonly under: () => void | Promise<void>;
  readonly at: () => void | Promise<void>;
  readonly over: () => void | Promise<void>;
}

/** `name` is the row's. That each row has such a proof is looked up in the sources of `i10-*.test.ts`. */
export function limit(name: string, { under, at, over }: LimitCases): void {
  describe(`I10: ${name}`, () => {
    it('below it nothing is refused', async () => {
      await under();
    });
    it('at it things go as docs/limits.md says', async () => {
      await at();
    });
    it('above it things go as docs/limits.md says', async () => {
      await over();
    });
  });
}

/** The code of the error with which something is refused; `taken` where it is not. */
export async function codeOf(act: () => Promise<unknown>): Promise<string> {
  try {
    await act();
    return 'taken';
  } catch (error) {
    return (error as { code: string }).code;
  }
}
