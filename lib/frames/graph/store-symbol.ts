/** Symbols that each process has: registered, well-known, or a constant of a module. */
import { runtime } from '../runtime/runtime.ts';
import { TAGS, WELL_KNOWN_SYMBOLS, type Json } from './format.ts';

export function storeSymbol(value: symbol): Json | undefined {
  const wellKnown = WELL_KNOWN_SYMBOLS.get(value);
  if (wellKnown !== undefined) return [TAGS.wellKnownSymbol, wellKnown];
  const key = Symbol.keyFor(value);
  if (key !== undefined) return [TAGS.registeredSymbol, key];
  const name = runtime.nameInModule(value);
  return name === undefined ? undefined : [TAGS.moduleSymbol, name.module, ...name.path];
}
