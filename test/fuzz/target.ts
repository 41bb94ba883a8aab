import { giveHintForPromises } from '../../lib/engine/promise-hint.ts';

giveHintForPromises(); // the engine's own property of Promise, which stays once an engine is there

/** What is fuzzed: something that takes bytes and is to answer, or to refuse them in an error of its own. */
export interface FuzzTarget {
  /** What it begins with. Later ones stand in the corpus. */
  readonly seeds: readonly string[];
  /** Throws if something is wrong; a refusal that is as it should be is none. */
  run(input: Buffer): void | Promise<void>;
}

/** Raises an error with that message unless it holds. */
export function expectThat(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}

/** The JSON value in the bytes; undefined if they are none. */
export function readJson(input: Buffer): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(input.toString()) as unknown };
  } catch {
    return undefined;
  }
}

/** What belongs to the language is as it was when this was loaded. */
export function expectLanguageIntact(): void {
  const now = languageNames();
  expectThat(now === LANGUAGE, 'the prototypes of the language were changed');
}

function languageNames(): string {
  return [Object, Array, Function, Error, Map, Set, Date, RegExp, Promise]
    .map((one) => [...Reflect.ownKeys(one), ...Reflect.ownKeys(one.prototype as object)].map(String).join())
    .join(';');
}

const LANGUAGE = languageNames();
