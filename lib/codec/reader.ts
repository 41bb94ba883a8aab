/** What those who read one kind of stored object need of the one who walks through the whole. */
import type { UndecodableValueErrorCode } from '../core/errors.ts';
import type { Json } from './format.ts';

/** A tagged object: its tag is under `$`. */
export type TaggedNode = { readonly [field: string]: Json | undefined };

export interface Reader {
  /** What happens to an instance of a class that is not registered here. */
  readonly unregistered: 'refuse' | 'plain';
  /** The value of a part, which is in `field`. */
  child(stored: Json | undefined, field: string | number): unknown;
  /**
   * Says that this object is about to be filled, so that parts of it can lead back to it. To be called before the first
   * `child`.
   */
  begin<T extends object>(shell: T): T;
  /** The same for an object that is made only once its parts are read. */
  beginWithoutShell(): void;
  /** The fields of a list of pairs. */
  pairs(stored: Json | undefined): readonly (readonly [Json, Json])[];
  text(node: TaggedNode, field: string): string;
  refuse(code: UndecodableValueErrorCode, problem: string, cause?: unknown): never;
}
