/** Makes new inputs of old ones: bytes are changed, moved, exchanged; of JSON also whole values. */
import type { Dice } from '../simulation/world/dice.ts';

export const LONGEST_INPUT = 16 * 1024;

const ODD_TEXTS = [
  ...['', '0', '-1', '1e999', '-0', '9007199254740993', 'null', 'true', '[]', '{}', '"', '\\', '\0', '\ud800', '\r\n'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'then', '$', '%00', '%ff', '../', 'NaN', '\u0661', ' '],
];

const ODD_VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -1, 0.5, 1e300, 4_294_967_296, '', '$', '__proto__', 'a', [], {}],
];

export interface Mutating {
  readonly dice: Dice;
  /** Pieces of text that mean something to the code. */
  readonly words: readonly string[];
  /** Another input that is known. */
  readonly other: () => Buffer;
}

/** One to six changes, one after the other. */
export function mutate(input: Buffer, mutating: Mutating): Buffer {
  const { dice } = mutating;
  let output = input;
  for (let left = dice.pick([1, 1, 2, 3, 6]); left > 0; left -= 1) {
    output = (dice.chance(0.7) ? mutateJson(output, mutating) : undefined) ?? mutateBytes(output, mutating);
  }
  return output.subarray(0, LONGEST_INPUT);
}

function mutateBytes(input: Buffer, { dice, words, other }: Mutating): Buffer {
  const from = dice.below(input.length + 1);
  const to = Math.min(input.length, from + Math.round(dice.magnitude(1, 30)));
  const around = (middle: Buffer): Buffer => Buffer.concat([input.subarray(0, from), middle, input.subarray(to)]);
  const piece = (of: Buffer): Buffer => {
    const start = dice.below(of.length + 1);
    return of.subarray(start, start + Math.round(dice.magnitude(1, 60)));
  };
  switch (dice.below(7)) {
    case 0: {
      const changed = Buffer.from(input);
      if (from < changed.length) changed[from] = (changed[from] ?? 0) ^ (1 << dice.below(8));
      return changed;
    }
    case 1:
      return around(Buffer.from([dice.below(256)]));
    case 2:
      return around(Buffer.alloc(0));
    case 3:
      return Buffer.concat([input.subarray(0, to), input.subarray(from, to), input.subarray(to)]);
    case 4:
      return around(piece(other()));
    case 5:
      return around(Buffer.from(dice.pick(ODD_TEXTS)));
    default:
      return Buffer.concat([input.subarray(0, from), Buffer.from(wordOf(words, dice)), input.subarray(from)]);
  }
}

/** Undefined if the input is no JSON. */
function mutateJson(input: Buffer, mutating: Mutating): Buffer | undefined {
  const { dice, words, other } = mutating;
  const root = parse(input);
  if (root === undefined) return undefined;
  // The root has a holder too, so that it can be changed like all else.
  const places = placesIn({ root: root.value });
  const place = dice.pick(places);
  const { holder, key } = place;
  const put = (at: string, value: unknown): unknown =>
    Object.defineProperty(holder, at, { value, enumerable: true, configurable: true, writable: true });
  switch (dice.below(8)) {
    case 0:
      put(key, oddValue(mutating));
      break;
    case 1:
      put(key, wordOf(words, dice));
      break;
    case 2:
      put(key, dice.pick(placesIn({ root: parse(other())?.value })).value);
      break;
    case 3:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else Reflect.deleteProperty(holder, key);
      break;
    case 4:
      put(Array.isArray(holder) ? String(holder.length) : wordOf(words, dice), place.value);
      break;
    case 5:
    case 6:
      addTo(place.value, wordOf(words, dice), dice.chance(0.3) ? wordOf(words, dice) : oddValue(mutating));
      break;
    default:
      put(key, dice.pick(places).value);
  }
  return stringify(places[0]?.holder['root']);
}

function oddValue({ dice, words }: Mutating): unknown {
  if (dice.chance(0.6)) return dice.pick(ODD_VALUES);
  return dice.chance(0.5) ? [wordOf(words, dice)] : { [wordOf(words, dice)]: dice.pick(ODD_VALUES) };
}

/** What is neither a list nor an object takes nothing. */
function addTo(container: unknown, key: string, value: unknown): void {
  if (Array.isArray(container)) container.push(value);
  else if (typeof container === 'object' && container !== null) {
    Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true });
  }
}

interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
  readonly value: unknown;
}

const MOST_PLACES = 400;

function placesIn(root: unknown): Place[] {
  const places: Place[] = [];
  const todo = [root];
  while (todo.length > 0 && places.length < MOST_PLACES) {
    const holder = todo.pop();
    if (typeof holder !== 'object' || holder === null) continue;
    for (const [key, value] of Object.entries(holder)) {
      places.push({ holder: holder as Record<string, unknown>, key, value });
      todo.push(value);
    }
  }
  return places;
}

function parse(input: Buffer): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(input.toString()) as unknown };
  } catch {
    return undefined;
  }
}

/** Undefined for what was put into itself. */
function stringify(value: unknown): Buffer | undefined {
  try {
    return Buffer.from(JSON.stringify(value) ?? '');
  } catch {
    return undefined;
  }
}

function wordOf(words: readonly string[], dice: Dice): string {
  return words.length === 0 || dice.chance(0.2) ? dice.pick(ODD_TEXTS) : dice.pick(words);
}
