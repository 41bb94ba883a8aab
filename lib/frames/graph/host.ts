/**
 * What the one that stores a graph knows by itself: objects that have a name in each process, and classes whose instances
 * hold together what runs. The engine registers its scheduler here.
 */

export interface HostClass {
  /** Stored with each instance, so it has to stay. */
  readonly name: string;
  /** The prototype of exactly those instances. */
  readonly prototype: object;
  /** What is stored of one: anything that a graph can hold, also what leads back to it. */
  save(instance: object): unknown;
  /** A new instance with nothing in it, before what it refers to is there. */
  create(): object;
  /** Puts into it what `save` gave; what that refers to may not be filled yet itself. Throws if it is not right. */
  fill(instance: object, saved: unknown): void;
}

export interface SnapshotHost {
  readonly classes?: readonly HostClass[];
  /** The name of an object that is not stored, since each process has it: a workflow, a logger. */
  nameOf?(value: object): string | undefined;
  /** The object of that name; undefined if there is none. */
  named?(name: string): object | undefined;
}
