/** What those who store one kind of object need of the one who walks through the whole value. */
import type { Json } from './format.ts';
import type { PathPart } from './path.ts';

export interface Walker {
  /** How many characters of an error's message are kept. */
  readonly messageLimit: number;
  /** The stored form of what stands at `part` of the object at hand. */
  child(value: unknown, part: PathPart): Json;
  /** The stored form of a property, which `read` gets. Undefined if it is left out: only of a recorded failure. */
  property(holder: object, key: string, read: () => unknown): Json | undefined;
  /** The object at hand, or what stands at `part` of it, cannot be stored: `problem` goes on after the path. */
  refuse(problem: string, at?: { readonly part?: PathPart; readonly cause?: unknown }): never;
}
