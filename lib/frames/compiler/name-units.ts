/**
 * An id for each function of a module that stays the same when other code changes: the names of the functions around it
 * and its own, or that of what is made with it. One without a name, or beside another of the same name, is known by a hash of
 * its text as well, so that it is never taken for its neighbour.
 */
import { hashOf } from './hash.ts';
import type { Unit } from './variables.ts';

export function nameUnits(units: readonly Unit[], source: string): void {
  const textOf = ({ node }: Unit): string => source.slice(node.start ?? 0, node.end ?? 0);
  const siblings = new Map<Unit | undefined, Unit[]>();
  for (const unit of units) siblings.set(unit.parent, [...(siblings.get(unit.parent) ?? []), unit]);
  for (const unit of units) {
    const beside = siblings.get(unit.parent) ?? [];
    const { calledName: own } = unit;
    const isAlone = own !== '' && beside.filter(({ calledName }) => calledName === own).length === 1;
    const above = unit.parent === undefined ? '' : `${unit.parent.path}/`;
    if (isAlone) {
      unit.path = above + own;
      continue;
    }
    const twins = beside.filter((other) => other.calledName === own && textOf(other) === textOf(unit));
    const ordinal = twins.length === 1 ? '' : `~${twins.indexOf(unit) + 1}/${twins.length}`;
    unit.path = `${above}${own}:${hashOf(textOf(unit))}${ordinal}`;
  }
}
