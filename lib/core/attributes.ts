/** The attributes of a run: names with small values, given at its start and by its code. */
import { describeValue } from './describe-value.ts';

/** What an attribute may be. */
export type AttributeValue = string | number | boolean;

/** The attributes of a run, by name. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Changes of attributes: undefined removes one. */
export type AttributeChanges = Readonly<Record<string, AttributeValue | undefined>>;

/** The item of a run is small, and each of its writes pays for the whole of it: so is what it shows. As JSON. */
export const ATTRIBUTES_LIMIT_BYTES = 1_000;
export const CUSTOM_STATUS_LIMIT_BYTES = 1_000;
const ATTRIBUTE_NAME_LIMIT = 64;

/** What is wrong with them, for a message that begins with their name; undefined if nothing is. */
export function attributesProblem(given: unknown, mayRemove: boolean): string | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return `are ${describeValue(given)}: give an object such as { customer: 'c1' }`;
  }
  for (const [name, value] of Object.entries(given)) {
    if (name === '' || name.length > ATTRIBUTE_NAME_LIMIT || /\p{Cc}/u.test(name)) {
      return `have the name ${describeValue(name)}: give 1 to ${ATTRIBUTE_NAME_LIMIT} characters in one line`;
    }
    const isValue = typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
    if (!isValue && !(mayRemove && value === undefined)) {
      return `have ${describeValue(value)} for "${name}": give a text, a finite number, true or false`;
    }
  }
  const bytes = jsonBytes(given);
  if (bytes > ATTRIBUTES_LIMIT_BYTES) return `have ${bytes} bytes, the limit is ${ATTRIBUTES_LIMIT_BYTES}`;
  return undefined;
}

/** Whether each wanted attribute is there with the same value: a number is no text, and no other attribute counts. */
export function hasAttributes(shown: Attributes = {}, wanted: Attributes = {}): boolean {
  return Object.entries(wanted).every(([name, value]) => Object.hasOwn(shown, name) && shown[name] === value);
}

/** How many bytes a value takes as JSON text. */
export function jsonBytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
