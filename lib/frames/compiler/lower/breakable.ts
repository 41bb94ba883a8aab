/** What `break` or `continue` leads to. */
import type { Lowering, Target } from './lowering.ts';

export function breakable(l: Lowering, { to, words }: Pick<Target, 'to' | 'words'>, lower: () => void): void {
  l.frames.push({ kind: 'target', to, words });
  lower();
  l.frames.pop();
}
