/**
 * Walks through what is stored and gives the value, made anew.
 *
 * It trusts nothing: whatever JSON it is given, it gives a value or an UndecodableValueError. A key such as `__proto__`
 * becomes a property like any other, the depth is limited, and a reference costs nothing, so that the work is in
 * proportion to the data.
 */
import { UndecodableValueError, type UndecodableValueErrorCode } from '../core/errors.ts';
import { describeThrown } from '../core/to-error.ts';
import { describeValue } from '../core/describe-value.ts';
import { type Json, MAX_STORED_DEPTH } from './format.ts';
import { pathText } from './path.ts';
import type { Reader, TaggedNode } from './reader.ts';
import { type Tag, TAGS } from './tags.ts';

export class ValueDecoder implements Reader {
  readonly unregistered: 'refuse' | 'plain';
  readonly #path: (string | number)[] = [];
  #depth = 0;
  /** What references lead to, by id. */
  readonly #shared = new Map<number, object>();
  /** The id of the object that is read next, if it is marked as shared. */
  #pendingId = 0;
  #refusal: UndecodableValueError | undefined;

  constructor(unregistered: 'refuse' | 'plain') {
    this.unregistered = unregistered;
  }

  run(stored: Json | undefined): unknown {
    try {
      return this.#node(stored);
    } catch (error) {
      if (error === this.#refusal) throw error;
      return this.refuse('CORRUPT_DATA', `cannot be read: ${describeThrown(error)}`, error);
    }
  }

  child(stored: Json | undefined, field: string | number): unknown {
    this.#path[this.#depth] = field;
    this.#depth += 1;
    const value = this.#node(stored);
    this.#depth -= 1;
    return value;
  }

  begin<T extends object>(shell: T): T {
    if (this.#pendingId > 0) {
      this.#shared.set(this.#pendingId, shell);
      this.#pendingId = 0;
    }
    return shell;
  }

  beginWithoutShell(): void {
    this.#pendingId = 0;
  }

  pairs(stored: Json | undefined): readonly (readonly [Json, Json])[] {
    if (!Array.isArray(stored)) return this.refuse('CORRUPT_DATA', 'has no list of pairs');
    for (const pair of stored) {
      if (!Array.isArray(pair) || pair.length !== 2) this.refuse('CORRUPT_DATA', 'has a pair that is none');
    }
    return stored as unknown as [Json, Json][];
  }

  text(node: TaggedNode, field: string): string {
    const text = node[field];
    if (typeof text === 'string') return text;
    return this.refuse('CORRUPT_DATA', `should have a text as its ${field}, not ${describeValue(text)}`);
  }

  refuse(code: UndecodableValueErrorCode, problem: string, cause?: unknown): never {
    const path = pathText(this.#path.slice(0, this.#depth));
    const message = `what is stored cannot be read: ${path === '$' ? 'it' : path} ${problem}`;
    this.#refusal = new UndecodableValueError(code, message, cause === undefined ? undefined : { cause });
    throw this.#refusal;
  }

  #node(stored: Json | undefined): unknown {
    switch (typeof stored) {
      case 'string':
      case 'boolean':
      case 'number':
        return stored;
      case 'object':
        if (stored === null) return null;
        if (this.#depth > MAX_STORED_DEPTH) this.refuse('CORRUPT_DATA', `is nested deeper than anything lull writes`);
        if (Array.isArray(stored)) return this.#array(stored);
        return Object.hasOwn(stored, '$') ? this.#tagged(stored) : this.#plainObject(stored);
      default:
        return this.refuse('CORRUPT_DATA', `is ${describeValue(stored)}, which is no JSON`);
    }
  }

  #array(stored: readonly Json[]): unknown[] {
    const copy: unknown[] = this.begin([]);
    for (let index = 0; index < stored.length; index += 1) {
      const item = stored[index];
      copy.push(typeof item === 'string' ? item : this.child(item, index));
    }
    return copy;
  }

  #plainObject(stored: { readonly [key: string]: Json }): object {
    const copy: Record<string, unknown> = this.begin({ ...stored });
    for (const key of Object.keys(copy)) {
      const item = copy[key] as Json;
      // An own `__proto__`, which JSON.parse may have made, is a property: the assignment finds it, not the setter.
      if (typeof item === 'object' && item !== null) copy[key] = this.child(item, key);
    }
    return copy;
  }

  #tagged(node: TaggedNode): unknown {
    const name = node['$'];
    if (typeof name !== 'string') return this.refuse('CORRUPT_DATA', `has ${describeValue(name)} as its tag`);
    const tag = TAGS.get(name);
    if (tag === undefined) return this.#refuseNewer(`has the tag ${describeValue(name)}`);
    this.#checkFields(node, tag);
    if (tag.kind === 'shared') return this.#first(node);
    if (tag.kind === 'ref') return this.#reference(node);
    return tag.read(node, this);
  }

  #checkFields(node: TaggedNode, tag: Tag): void {
    for (const field of Object.keys(node)) {
      if (field !== '$' && !tag.fields.has(field)) this.#refuseNewer(`has the field ${describeValue(field)}`);
    }
  }

  #refuseNewer(what: string): never {
    return this.refuse('NEWER_FORMAT', `${what}, which this version of lull does not know. Deploy the newer version`);
  }

  #first(node: TaggedNode): unknown {
    const id = this.#idOf(node);
    if (this.#shared.has(id)) this.refuse('CORRUPT_DATA', `has the id ${id}, which another part has too`);
    this.#pendingId = id;
    const value = this.child(node['v'], 'v');
    this.#pendingId = 0;
    if (typeof value !== 'object' || value === null) return this.refuse('CORRUPT_DATA', 'marks what cannot be shared');
    if (!this.#shared.has(id)) this.#shared.set(id, value);
    return value;
  }

  #reference(node: TaggedNode): object {
    const id = this.#idOf(node);
    const value = this.#shared.get(id);
    return value ?? this.refuse('CORRUPT_DATA', `refers to part ${id}, which does not begin before it`);
  }

  #idOf(node: TaggedNode): number {
    const { id } = node;
    if (typeof id === 'number' && Number.isSafeInteger(id) && id > 0) return id;
    return this.refuse('CORRUPT_DATA', `should have a number from 1 as its id, not ${describeValue(id)}`);
  }
}
