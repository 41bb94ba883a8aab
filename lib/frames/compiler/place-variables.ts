/** Which variables are captured by value and which in a box, and which have to be checked for being initialized. */
import type { Node } from '@babel/types';
import type { Names, Unit, Variable } from './variables.ts';

export function placeVariables(names: Names): void {
  const all = new Set([...names.variableOf.values()]);
  for (const unit of names.units) {
    for (const own of [unit.ownName, unit.thisVariable, unit.argumentsVariable]) if (own) all.add(own);
  }
  const hoistedAt = hoistingScopes(names);
  for (const variable of all) place(variable, hoistedAt);
}

function place(variable: Variable, hoistedAt: ReadonlyMap<Unit, number>): void {
  if (variable.isModuleLevel) return;
  const { kind, writes, readyAt } = variable;
  const isInSwitch = variable.scope?.type === 'SwitchStatement';
  const isLexical = kind === 'let' || kind === 'const' || kind === 'class';
  const createdAt = (unit: Unit): number => hoistedAt.get(unit) ?? unit.node.start ?? 0;
  const isCapturedEarly = [...variable.capturedBy].some((unit) => createdAt(unit) <= readyAt);
  const isUsedEarly = variable.uses.some(({ at, unit }) => unit === variable.home && at < readyAt);
  const isCaptured = variable.capturedBy.size > 0;
  variable.isBoxed = isCaptured && (writes > 0 || isCapturedEarly || (isInSwitch && isLexical));
  variable.isChecked = isLexical && (isUsedEarly || isInSwitch || (isCaptured && isCapturedEarly));
}

/** A declared function is made where its scope begins. */
function hoistingScopes(names: Names): Map<Unit, number> {
  const starts = new Map<Unit, number>();
  for (const unit of names.units) {
    const { node } = unit;
    if (node.type !== 'FunctionDeclaration' || !node.id) continue;
    const scope: Node | undefined = names.variableOf.get(node.id)?.scope;
    starts.set(unit, scope?.start ?? 0);
  }
  return starts;
}
