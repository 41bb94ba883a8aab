/** Two histories next to each other: how far they are the same, and what is other in what they have in common. */
import diff from 'microdiff';
import type { EventAnswer } from '../data/answers.ts';

/** A place in a value, and what is there on both sides. */
export interface Difference {
  /** As in `lines.0.price`; empty for the value itself. */
  readonly path: string;
  readonly left: unknown;
  readonly right: unknown;
}

export interface Comparison {
  /** So many events at their beginnings are of the same kind and about the same thing. */
  readonly sameCount: number;
  /** Of those, the ones with other values, oldest first: at most 200. */
  readonly otherValues: readonly { readonly index: number; readonly differences: readonly Difference[] }[];
  /** The first event that is another one: undefined where that history ends there. */
  readonly left: EventAnswer | undefined;
  readonly right: EventAnswer | undefined;
}

const MOST_OTHER = 200;

export function compareRuns(left: readonly EventAnswer[], right: readonly EventAnswer[]): Comparison {
  const shorter = Math.min(left.length, right.length);
  let sameCount = 0;
  while (sameCount < shorter && isSameEvent(left[sameCount], right[sameCount])) sameCount += 1;
  const otherValues: { index: number; differences: readonly Difference[] }[] = [];
  for (let index = 0; index < sameCount && otherValues.length < MOST_OTHER; index += 1) {
    const differences = differencesOf(contentOf(left[index]), contentOf(right[index]));
    if (differences.length > 0) otherValues.push({ index, differences });
  }
  return { sameCount, otherValues, left: left[sameCount], right: right[sameCount] };
}

/** Whether both are of one kind and about the same thing, whenever they were. */
function isSameEvent(left: EventAnswer | undefined, right: EventAnswer | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  return (['kind', 'id', 'stepId', 'name', 'key', 'status', 'becomes'] as const).every(
    (field) => left[field] === right[field],
  );
}

/** What of an event is not the same in each run anyway: times, sizes and ids of messages are left out. */
function contentOf(event: EventAnswer | undefined): unknown {
  if (event === undefined) return undefined;
  const { value, error, attempt, reason } = event;
  const { name, message, code } = (error ?? {}) as { name?: unknown; message?: unknown; code?: unknown };
  return { value, attempt, reason, ...(error === undefined ? {} : { error: { name, message, code } }) };
}

export function differencesOf(left: unknown, right: unknown): readonly Difference[] {
  return diff({ '': left }, { '': right }).map((change) => ({
    path: change.path.slice(1).join('.'),
    left: change.type === 'CREATE' ? undefined : (change.oldValue as unknown),
    right: change.type === 'REMOVE' ? undefined : (change.value as unknown),
  }));
}
