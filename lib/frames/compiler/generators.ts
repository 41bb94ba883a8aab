/** The machine of a generator function, written to the top level of the module. */
import * as t from '@babel/types';
import { array, callOf, constant, id, num, object, str, undef } from './build.ts';
import { emitMachine } from './emit-machine.ts';
import { forwardSent } from './forward-sent.ts';
import { liveness } from './liveness.ts';
import { lowerFunction } from './lower/lower-function.ts';
import type { MachineNames } from './lower/lowering.ts';
import type { Rewriter } from './rewriter.ts';
import { reachable } from './states.ts';
import type { Unit, Variable } from './variables.ts';

/** The name of its definition in the module. */
export function machineFor(r: Rewriter, unit: Unit): string {
  const machine = machineNames(r.prefix);
  const { names, source, runtime } = r;
  const lowering = lowerFunction({ names, unit, machine, runtime, source });
  const forwarded = forwardSent(lowering.blocks, lowering.sent, names, machine.sent);
  const slotOf = (variable: Variable): string => unit.slots?.get(variable) ?? variable.name;
  const blocks = reachable(lowering.blocks);
  const live = liveness(blocks, unit, names);
  r.proof?.({ unit, blocks, live });
  const start = [...(live.get(lowering.blocks[0] as (typeof lowering.blocks)[0]) ?? [])].map(slotOf).sort();
  const [definition, onThrow, onReturn] = [r.newName('g'), r.newName('t'), r.newName('r')];
  const emitted = r.within(unit, () =>
    emitMachine({
      ...{ blocks: lowering.blocks, live, machine, runtime, slotOf },
      tableNames: { onThrow, onReturn },
      passed: ({ at }) => r.passed?.upTo(unit, at),
      rewrite: (node) => r.node(node) as typeof node,
    }),
  );
  const used = new Set(lowering.temporaries.filter((one) => !forwarded.has(one)).map(({ name }) => name));
  r.temporaries.set(unit, [...used]);
  if (emitted.tables !== undefined) {
    r.output.hoisted.push(constant(onThrow, emitted.tables.onThrow), constant(onReturn, emitted.tables.onReturn));
  }
  const slots = [...new Set([...(unit.slots?.values() ?? []), ...used])];
  const boxed = [...(unit.slots ?? [])].flatMap(([variable, slot]) => (variable.isBoxed ? [slot] : []));
  const { frame, mode, sent } = machine;
  const step = t.objectMethod('method', str(unit.name), [id(frame), id(mode), id(sent)], emitted.body);
  const holder = t.memberExpression(t.objectExpression([step]), str(unit.name), true);
  const blank = object([['#pc', num(0)], ...['#d', '#n', '#v', ...slots].map((name) => [name, undef()] as const)]);
  const written = object([
    ['id', str(`${r.moduleId}#${unit.path}`)],
    ['start', array(start.map(str))],
    ['boxed', array(boxed.map(str))],
    ['points', emitted.points],
    ['blank', t.arrowFunctionExpression([], blank)],
    ['step', holder],
  ]);
  r.output.hoisted.push(constant(definition, callOf(r.runtime('define'), written)));
  return definition;
}

function machineNames(prefix: string): MachineNames {
  return {
    frame: `${prefix}frame`,
    state: `${prefix}pc`,
    mode: `${prefix}mode`,
    sent: `${prefix}sent`,
    value: `${prefix}x`,
    loop: `${prefix}m`,
  };
}
