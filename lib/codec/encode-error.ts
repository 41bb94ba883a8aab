/**
 * From a failure to what is stored of it. It has to be recorded whatever hangs on it: sockets, functions, circles,
 * a response of a megabyte. So what cannot be stored, or is too large, is left out and listed.
 */
import type { Encoded } from '../core/encoded.ts';
import { describeThrown, isError, toError } from '../core/to-error.ts';
import { encodedBytes } from './encode.ts';
import { stackFrames } from './error-stack.ts';
import type { Json } from './format.ts';
import { linksOf } from './linked-errors.ts';
import { Omissions, omittedFrom } from './omissions.ts';
import { ValueEncoder } from './value-encoder.ts';

/** No recorded failure is larger, as JSON text. */
export const MAX_ERROR_BYTES = 65_536;

const LIMITS = { depth: 30, objects: 2_000, message: 8_192 };
const MAX_ROUNDS = 50;

/**
 * The stored form of what was thrown. It never throws. What is no Error is wrapped (`toError`); properties that cannot
 * be stored are left out and listed under `omitted`; so are the largest ones above MAX_ERROR_BYTES. If that leads
 * nowhere, the messages of the error and of its causes are kept; if not even they can be read, `where` says whose
 * failure it is.
 */
export function encodeError(thrown: unknown, where: string): Encoded {
  const attempts = [() => fitted(thrown, where, new Omissions()), () => fitted(thrown, where, onlyEssential())];
  for (const attempt of attempts) {
    try {
      const stored = attempt();
      if (stored !== undefined) return stored;
    } catch {
      // A Proxy, or a getter that is never the same: less of it may do.
    }
  }
  return bareError(thrown, where);
}

function onlyEssential(): Omissions {
  return new Omissions({ onlyEssential: true });
}

/** Undefined if it cannot be made small enough by leaving out properties. */
function fitted(thrown: unknown, where: string, omissions: Omissions): Encoded | undefined {
  const error = toError(thrown);
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const stored = new ValueEncoder(where, LIMITS, omissions).run(error);
    const listed = withOmitted(stored, [...omittedFrom(error), ...omissions.list()]);
    if (encodedBytes(listed) <= MAX_ERROR_BYTES) return listed;
    if (!omitLargest(error, stored, '$', omissions)) return undefined;
  }
  return undefined;
}

function withOmitted(stored: Json, omitted: readonly string[]): Encoded {
  const node = errorNode(stored);
  if (node === undefined || omitted.length === 0) return stored as unknown as Encoded;
  node['omitted'] = [...omitted];
  return stored as unknown as Encoded;
}

/** Leaves out the largest property of the error; of its cause, if that is the largest. False if there is none. */
function omitLargest(error: Error, stored: Json | undefined, path: string, omissions: Omissions): boolean {
  const node = errorNode(stored);
  if (node === undefined) return false;
  const parts = { ...ownOf(node), ...pick(node, linksOf(error)) };
  const sizes = Object.entries(parts).map(([key, part]) => ({ key, bytes: encodedBytes(part as unknown as Encoded) }));
  const largest = sizes.sort((one, other) => other.bytes - one.bytes)[0];
  if (largest === undefined) return false;
  const { key } = largest;
  const inner: unknown = (error as unknown as Record<string, unknown>)[key];
  if (isError(inner) && omitLargest(inner, parts[key], `${path}.${key}`, omissions)) return true;
  omissions.add(error, key, `${path}.${key}`);
  return true;
}

/** The node of an error, also if it is marked as shared. */
function errorNode(stored: Json | undefined): Record<string, Json> | undefined {
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) return undefined;
  if (stored['$'] === 'shared') return errorNode(stored['v']);
  return stored['$'] === 'Error' ? stored : undefined;
}

function ownOf(node: Record<string, Json>): Record<string, Json> {
  const own = node['own'];
  if (typeof own !== 'object' || own === null || Array.isArray(own)) return {};
  const entries = own['$'] === 'Object' ? (own['v'] as [string, Json][]) : Object.entries(own);
  return Object.fromEntries(entries);
}

function pick(node: Record<string, Json>, keys: readonly string[]): Record<string, Json> {
  return Object.fromEntries(keys.flatMap((key) => (node[key] === undefined ? [] : [[key, node[key]]])));
}

function bareError(thrown: unknown, where: string): Encoded {
  const message = `${where} failed with an error that cannot be stored: ${describeThrown(thrown)}`;
  const stored: Json = { $: 'Error', class: 'Error', message: message.slice(0, LIMITS.message) };
  const frames = isError(thrown) ? stackFrames(thrown) : '';
  if (frames !== '') stored['stack'] = frames;
  stored['omitted'] = ['$'];
  return stored as unknown as Encoded;
}
