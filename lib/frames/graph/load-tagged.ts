/** Values that have no form in JSON, from their tags. */
import { registeredAs } from '../../core/class-registry.ts';
import { runtime } from '../runtime/runtime.ts';
import { TAGS, WELL_KNOWN_SYMBOLS, type Json } from './format.ts';
import { shown } from './shown.ts';
import { Refused } from './refused.ts';

const wellKnown = new Map([...WELL_KNOWN_SYMBOLS].map(([symbol, name]) => [name, symbol]));

/** In hexadecimal digits; the time to read them grows with their number. */
const MAX_DIGITS = 1_000_000;

export function loadTagged([tag, ...rest]: readonly Json[]): unknown {
  const [text] = rest;
  switch (tag) {
    case TAGS.undefined:
      return undefined;
    case TAGS.negativeZero:
      return -0;
    case TAGS.notANumber:
      return Number.NaN;
    case TAGS.infinity:
      return Infinity;
    case TAGS.negativeInfinity:
      return -Infinity;
    case TAGS.unset:
      return runtime.UNSET;
    case TAGS.bigint:
      return bigint(text);
    case TAGS.registeredSymbol:
      return typeof text === 'string' ? Symbol.for(text) : refuse();
    case TAGS.wellKnownSymbol:
      return wellKnown.get(text as string) ?? refuse('it has a symbol that this version of Node does not know');
    case TAGS.moduleSymbol:
      return moduleSymbol(rest);
    case TAGS.registeredPrototype:
      return registeredPrototype(text);
    default:
      return refuse();
  }
}

function bigint(text: Json | undefined): bigint {
  const match = typeof text === 'string' && text.length <= MAX_DIGITS ? /^(-?)([\da-f]+)$/.exec(text) : null;
  if (match === null) return refuse();
  const size = BigInt(`0x${match[2] as string}`);
  return match[1] === '-' ? -size : size;
}

function moduleSymbol(name: readonly Json[]): symbol {
  const [module, ...path] = name;
  if (typeof module !== 'string' || !path.every((part) => typeof part === 'string')) return refuse();
  const found = runtime.namedInModule({ module, path });
  return typeof found === 'symbol' ? found : refuse(`the symbol ${path.join('.')} is not in ${module} any more`);
}

function registeredPrototype(name: Json | undefined): object {
  const registered = typeof name === 'string' ? registeredAs(name) : undefined;
  if (registered?.kind === 'error') return registered.class.prototype as object;
  return refuse(`the class ${shown(name)} is not registered here`);
}

function refuse(reason = 'it has a value that is not known'): never {
  throw new Refused(reason);
}
