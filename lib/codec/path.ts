/** Where a part stands within a value: `$.order.lines[2].price`. */
import { describeValue } from '../core/describe-value.ts';

/** A property, an index, the value under a key of a Map, or what a call gives. */
export type PathPart =
  | string
  | number
  | { readonly get: unknown }
  | { readonly call: 'keys' | 'values'; readonly at: number }
  | { readonly call: 'toData' };

/** Of a long path the middle is left out. */
export function pathText(parts: readonly PathPart[]): string {
  if (parts.length <= HEAD + TAIL) return `$${parts.map(partText).join('')}`;
  const head = parts.slice(0, HEAD).map(partText).join('');
  return `$${head}...${parts.slice(-TAIL).map(partText).join('')}`;
}

const HEAD = 20;
const TAIL = 5;

function partText(part: PathPart): string {
  if (typeof part === 'number') return `[${part}]`;
  if (typeof part === 'string') return /^[A-Za-z_$][\w$]*$/.test(part) ? `.${part}` : `[${describeValue(part)}]`;
  if ('get' in part) return `.get(${describeValue(part.get)})`;
  return 'at' in part ? `.${part.call}()[${part.at}]` : `.${part.call}()`;
}
