/**
 * The stored form of a graph: JSON, a list of nodes that refer to each other by number, so that nothing is nested however
 * deep the values are.
 *
 *     [1, <value>, <node 0>, <node 1>, ...]
 *
 * A value is a number, a string, true, false or null as itself, `[n]` for node n, or a list that begins with a tag: see
 * TAGS. A node is a list that begins with its kind: see KINDS.
 */

export const GRAPH_FORMAT = 2;

export type Json = string | number | boolean | null | readonly Json[];

/** Values that have no identity and no form in JSON. */
export const TAGS = {
  undefined: 'u',
  negativeZero: '-0',
  notANumber: 'nan',
  infinity: 'inf',
  negativeInfinity: '-inf',
  bigint: 'n',
  hole: 'h',
  unset: 't',
  registeredSymbol: 'sr',
  wellKnownSymbol: 'sw',
  moduleSymbol: 'sm',
  registeredPrototype: 'P',
} as const;

export const KINDS = {
  plainObject: 'o',
  object: 'O',
  classInstance: 'k',
  array: 'a',
  oddArray: 'A',
  error: 'e',
  date: 'd',
  regExp: 'r',
  map: 'm',
  set: 's',
  weakSet: 'ws',
  weakMap: 'wm',
  arrayBuffer: 'b',
  view: 't',
  nodeBuffer: 'B',
  primitive: 'p',
  url: 'u',
  arguments: 'g',
  instance: 'i',
  inModule: 'M',
  intrinsic: 'I',
  closure: 'f',
  box: 'v',
  generator: 'G',
  cursor: 'c',
  cursorIterator: 'C',
  hostName: 'h',
  hostInstance: 'H',
} as const;

/** Bits of a property in the nodes that list them. */
export const PROPERTY = { writable: 1, enumerable: 2, configurable: 4, accessor: 8 } as const;

/** How far an object can be changed. */
export const EXTENSIBLE = 1;
export const NOT_EXTENSIBLE = 0;

export const WELL_KNOWN_SYMBOLS: ReadonlyMap<symbol, string> = new Map(
  Object.getOwnPropertyNames(Symbol).flatMap((name): [symbol, string][] => {
    const value = (Symbol as unknown as Record<string, unknown>)[name];
    return typeof value === 'symbol' ? [[value, name]] : [];
  }),
);

/** A key of an instance that stands for a private name of its class. */
export const isPrivateName = (key: string): boolean => key.startsWith('#');
