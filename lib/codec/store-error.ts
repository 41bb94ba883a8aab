/**
 * The stored form of an error:
 *
 *   {"$":"Error","class":"TypeError","message":"...","stack":"    at ...","cause":{...},"own":{"code":"ECONNRESET"}}
 *
 * `class` is the nearest class that lull knows by itself (the language's errors and lull's own), and `as` the name under
 * which the error's own class, or the nearest, was registered. `name` is there when the class alone would not give it;
 * of a class that is not registered it keeps the name. `errors` are those of an AggregateError, `error` and
 * `suppressed` those of a SuppressedError. `own` has the enumerable properties, `omitted` says what could not be stored of a recorded failure. Symbols as keys are left out.
 */
import { type Registered, registeredFor } from '../core/class-registry.ts';
import { className } from '../core/describe-value.ts';
import { stackFrames } from './error-stack.ts';
import type { Json } from './format.ts';
import { type KnownError, knownErrorWith, PLAIN_ERROR } from './known-errors.ts';
import { linksOf } from './linked-errors.ts';
import { omittedFrom } from './omissions.ts';
import { objectForm } from './object-form.ts';
import type { Walker } from './walker.ts';

export function storeError(error: Error, walker: Walker): Json {
  const kin = kinOf(error);
  const stored: Record<string, Json | undefined> = { $: 'Error', class: kin.known.name };
  if (kin.registered !== undefined) stored['as'] = kin.registered.name;
  stored['name'] = nameToKeep(error, kin);
  const message = walker.property(error, 'message', () => shortened(error.message, walker.messageLimit));
  if (message !== '' || Object.hasOwn(error, 'message')) stored['message'] = message;
  const frames = stackFrames(error);
  if (frames !== '') stored['stack'] = frames;
  for (const key of linksOf(error)) {
    if (isHidden(error, key)) stored[key] = walker.property(error, key, () => error[key as 'cause']);
  }
  stored['own'] = ownProperties(error, walker);
  const omitted = omittedFrom(error);
  if (omitted.length > 0) stored['omitted'] = [...omitted];
  return withoutAbsent(stored);
}

interface Kin {
  readonly known: KnownError;
  readonly registered: Registered | undefined;
  /** There is no class below the known or registered one. */
  readonly isExact: boolean;
}

const PROTOTYPE_LIMIT = 50; // a Proxy may claim to be its own prototype

function kinOf(error: Error): Kin {
  const isForeign = !(error instanceof Error);
  let registered: Registered | undefined;
  let isExact = true;
  let at = Object.getPrototypeOf(error) as object | null;
  for (let depth = 0; at !== null && depth < PROTOTYPE_LIMIT; depth += 1) {
    if (registered === undefined) {
      const entry = registeredFor(at);
      if (entry?.kind === 'error') registered = entry;
    }
    const known = knownErrorWith(at, isForeign);
    if (known !== undefined) return { known, registered, isExact };
    if (registered === undefined) isExact = false;
    at = Object.getPrototypeOf(at) as object | null;
  }
  return { known: PLAIN_ERROR, registered, isExact };
}

/** The name, if what comes back would not have it by its class or among its own properties. */
function nameToKeep(error: Error, { known, registered, isExact }: Kin): string | undefined {
  if (Object.getOwnPropertyDescriptor(error, 'name')?.enumerable === true) return undefined;
  const inherited = textOf(() => ((registered?.class ?? known.class).prototype as Error).name);
  const name = textOf(() => error.name);
  if (name !== undefined && name !== inherited) return name;
  const own = isExact ? inherited : className(error);
  return own === inherited ? undefined : own;
}

function ownProperties(error: Error, walker: Walker): Json | undefined {
  const entries: [string, Json][] = [];
  for (const key of Object.keys(error)) {
    if (key === 'message' || key === 'stack') continue;
    const stored = walker.property(error, key, () => (error as unknown as Record<string, unknown>)[key]);
    if (stored !== undefined) entries.push([key, stored]);
  }
  return entries.length === 0 ? undefined : objectForm(entries);
}

function isHidden(error: Error, key: string): boolean {
  return Object.getOwnPropertyDescriptor(error, key)?.enumerable === false;
}

function shortened(message: unknown, limit: number): unknown {
  if (typeof message !== 'string' || message.length <= limit) return message;
  const remark = `... (${message.length} characters in all)`;
  return message.slice(0, limit - remark.length) + remark;
}

function withoutAbsent(stored: Record<string, Json | undefined>): Json {
  return Object.fromEntries(Object.entries(stored).filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

function textOf(read: () => unknown): string | undefined {
  try {
    const text = read();
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}
