/** A graph of blocks becomes the `step` of a machine: a loop around a switch over the states. */
import * as t from '@babel/types';
import type { Expression, Statement } from '@babel/types';
import { array, block as blockOf, callOf, id, member, num, object, set, statement, str, undef } from './build.ts';
import { hashOf } from './hash.ts';
import { liveAt, type Liveness } from './liveness.ts';
import type { MachineNames } from './lower/lowering.ts';
import { finished } from './lower/unwind.ts';
import { reachable, returnTarget, type Block, type Point } from './states.ts';
import type { Variable } from './variables.ts';

export interface Machine {
  /** The body of `step(frame, mode, sent)`. */
  readonly body: t.BlockStatement;
  readonly points: Expression;
  /** Tables of the states to which errors and returns lead; undefined if the function has no such place. */
  readonly tables: { readonly onThrow: Expression; readonly onReturn: Expression } | undefined;
}

interface Given {
  readonly blocks: readonly Block[];
  readonly live: Liveness;
  readonly machine: MachineNames;
  readonly tableNames: { readonly onThrow: string; readonly onReturn: string };
  readonly runtime: (name: string) => Expression;
  readonly slotOf: (variable: Variable) => string;
  /** What may have run by an await point, where that is known. */
  readonly passed: (point: Point) => string | undefined;
  readonly rewrite: <N extends Expression | Statement>(node: N) => N | Statement[];
}

export function emitMachine(given: Given): Machine {
  const emitter = new Emitter(given);
  return emitter.emit();
}

class Emitter {
  readonly #given: Given;
  readonly #order: Block[];
  readonly #hasRegions: boolean;
  readonly #points: { point: Point; state: number; live: string[]; isDelegating: boolean }[] = [];

  constructor(given: Given) {
    this.#given = given;
    this.#order = mergeChains(reachable(given.blocks));
    for (const [index, block] of this.#order.entries()) block.number = index;
    for (const block of this.#order)
      for (const { jumps } of block.ops) for (const { to, literal } of jumps) literal.value = to.number;
    this.#hasRegions = this.#order.some(({ region }) => region !== undefined);
  }

  emit(): Machine {
    const { machine } = this.#given;
    const cases = this.#cases();
    const loop = this.#loop(t.switchStatement(id(machine.state), cases));
    const variables = t.variableDeclaration('let', [
      t.variableDeclarator(id(machine.state), member(id(machine.frame), '#pc')),
      t.variableDeclarator(id(machine.value)),
    ]);
    return {
      body: blockOf([variables, loop]),
      points: array(this.#writtenPoints()),
      tables: this.#hasRegions
        ? {
            onThrow: array(this.#order.map(({ region }) => num(region?.onThrow.number ?? -1))),
            onReturn: array(this.#order.map(({ region }) => num(returnTarget(region)?.number ?? -1))),
          }
        : undefined,
    };
  }

  #loop(states: Statement): Statement {
    const { machine, tableNames } = this.#given;
    const { mode, state, value, loop } = machine;
    const resumed = this.#points.length === 0 ? [] : [this.#interruption()];
    if (!this.#hasRegions)
      return t.labeledStatement(id(loop), t.forStatement(null, null, null, blockOf([...resumed, states])));
    const error = id(`${value}e`);
    const caught = blockOf([
      statement(set(id(value), error)),
      statement(set(id(mode), num(0))),
      statement(set(id(state), t.memberExpression(id(tableNames.onThrow), id(state), true))),
      t.ifStatement(t.binaryExpression('===', id(state), num(-1)), t.throwStatement(error)),
    ]);
    const tried = t.tryStatement(blockOf([...resumed, states]), t.catchClause(error, caught));
    return t.labeledStatement(id(loop), t.forStatement(null, null, null, blockOf([tried])));
  }

  /** An error or a return that comes in, unless it is for the delegate. */
  #interruption(): Statement {
    const { machine } = this.#given;
    const { mode, sent, value, frame } = machine;
    const isThrow = t.binaryExpression('===', id(mode), num(1));
    const onReturn = [statement(set(id(mode), num(0))), statement(set(id(value), id(sent))), ...this.#toReturn()];
    const isForUs = t.logicalExpression(
      '&&',
      t.binaryExpression('!==', id(mode), num(0)),
      t.binaryExpression('===', member(id(frame), '#d'), undef()),
    );
    return t.ifStatement(isForUs, blockOf([t.ifStatement(isThrow, t.throwStatement(id(sent))), ...onReturn]));
  }

  /** Goes to where a return with the value in flight leads from the state at hand. */
  #toReturn(): Statement[] {
    const { machine, tableNames } = this.#given;
    const { state, value } = machine;
    const done = t.returnStatement(finished({ machine }, id(value)));
    if (!this.#hasRegions) return [done];
    return [
      statement(set(id(state), t.memberExpression(id(tableNames.onReturn), id(state), true))),
      t.ifStatement(t.binaryExpression('===', id(state), num(-1)), done),
    ];
  }

  #cases(): t.SwitchCase[] {
    const cases: t.SwitchCase[] = [];
    for (const [index, block] of this.#order.entries()) {
      const next = this.#order[index + 1];
      const code = [...this.#entry(block, this.#order[index - 1]), ...this.#ops(block), ...this.#end(block, next)];
      cases.push(t.switchCase(num(block.number), code));
    }
    return cases;
  }

  /** Code that falls into another region says so, since the state decides where an error leads. */
  #entry(block: Block, previous: Block | undefined): Statement[] {
    if (!this.#hasRegions || previous === undefined || previous.region === block.region) return [];
    return [statement(set(id(this.#given.machine.state), num(block.number)))];
  }

  #ops(block: Block): Statement[] {
    return block.ops.flatMap(({ code }) => this.#given.rewrite(code));
  }

  #expression(node: Expression): Expression {
    return this.#given.rewrite(node) as Expression;
  }

  #end(block: Block, next: Block | undefined): Statement[] {
    const { end } = block;
    const { machine } = this.#given;
    switch (end.kind) {
      case 'open':
        return [t.returnStatement(finished({ machine }, undef()))];
      case 'goto':
        return end.to === next ? [] : this.#goto(end.to);
      case 'branch': {
        const test = this.#expression(end.test);
        if (end.yes === next) return [t.ifStatement(t.unaryExpression('!', test), blockOf(this.#goto(end.no)))];
        return [t.ifStatement(test, blockOf(this.#goto(end.yes))), ...(end.no === next ? [] : this.#goto(end.no))];
      }
      case 'yield':
        return this.#yield(block, end);
      case 'delegate':
        return this.#delegate(block, end, next);
      case 'return':
        return [
          t.returnStatement(finished({ machine }, end.value === undefined ? undef() : this.#expression(end.value))),
        ];
      case 'throw':
        return [t.throwStatement(this.#expression(end.value))];
    }
  }

  #goto(to: Block): Statement[] {
    const { machine } = this.#given;
    return [statement(set(id(machine.state), num(to.number))), t.continueStatement(id(machine.loop))];
  }

  #yield(block: Block, end: Extract<Block['end'], { kind: 'yield' }>): Statement[] {
    const { machine } = this.#given;
    this.#note(end.point, end.then.number, liveAt(block, end.then, this.#given.live), false);
    const value = end.value === undefined ? undef() : this.#expression(end.value);
    const result = object([
      ['value', value],
      ['done', t.booleanLiteral(false)],
    ]);
    // The value is evaluated first: it may fail, and then the function is not here.
    const kept = [
      statement(set(id(machine.value), result)),
      statement(set(member(id(machine.frame), '#pc'), num(end.then.number))),
    ];
    return [...kept, t.returnStatement(id(machine.value))];
  }

  #delegate(block: Block, end: Extract<Block['end'], { kind: 'delegate' }>, next: Block | undefined): Statement[] {
    const { machine, runtime } = this.#given;
    const { frame, mode, sent, value } = machine;
    this.#note(end.point, block.number, liveAt(block, end.then, this.#given.live), true);
    const isReturn = t.binaryExpression('===', id(mode), num(2));
    const returned = [
      statement(set(id(mode), num(0))),
      statement(set(id(value), member(id(frame), '#v'))),
      statement(set(id(machine.state), num(block.number))),
      ...this.#toReturn(),
      ...(this.#hasRegions ? [t.continueStatement(id(machine.loop))] : []),
    ];
    return [
      ...(this.#hasRegions ? [statement(set(id(machine.state), num(block.number)))] : []),
      statement(set(member(id(frame), '#pc'), num(block.number))),
      statement(set(id(value), callOf(runtime('resumeDelegate'), id(frame), id(mode), id(sent)))),
      t.ifStatement(t.binaryExpression('!==', id(value), undef()), t.returnStatement(id(value))),
      t.ifStatement(isReturn, blockOf(returned)),
      statement(set(id(mode), num(0))),
      ...(end.then === next ? [] : this.#goto(end.then)),
    ];
  }

  #note(point: Point, state: number, live: ReadonlySet<Variable>, isDelegating: boolean): void {
    const names = [...new Set([...live].map(this.#given.slotOf))].sort();
    this.#points.push({ point, state, live: names, isDelegating });
  }

  /** Points that cannot be told apart by what they are are numbered, with how many there are. */
  #writtenPoints(): Expression[] {
    const ids = this.#points.map(({ point, live }) => {
      const hasParts = live.some((name) => /^#\d/.test(name));
      const text = hashOf(JSON.stringify([point.text, hasParts ? point.statement : '']));
      const [around, locals] = [point.around, live].map((part) => hashOf(JSON.stringify(part)).slice(0, 4));
      return `${text}.${around}.${locals}`;
    });
    return this.#points.map(({ point, state, live, isDelegating }, index) => {
      const own = ids[index] as string;
      const twins = ids.filter((other) => other === own).length;
      const ordinal = ids.slice(0, index + 1).filter((other) => other === own).length;
      const name = twins === 1 ? own : `${own}~${ordinal}/${twins}`;
      const written = [str(name), num(state), array(live.map(str)), num(isDelegating ? 1 : 0)];
      const passed = this.#given.passed(point);
      return array([...written, num(point.line), num(point.column), ...(passed === undefined ? [] : [str(passed)])]);
    });
  }
}

/** A block that only one other leads to, and at its end, becomes a part of it. */
function mergeChains(blocks: readonly Block[]): Block[] {
  const entries = new Map<Block, number>();
  const count = (block: Block | undefined, weight: number): void => {
    if (block !== undefined) entries.set(block, (entries.get(block) ?? 0) + weight);
  };
  for (const { end, ops, region } of blocks) {
    for (const { jumps } of ops) for (const { to } of jumps) count(to, 2);
    count(region?.onThrow, 2);
    count(returnTarget(region), 2);
    if (end.kind === 'goto') count(end.to, 1);
    if (end.kind === 'branch') for (const to of [end.yes, end.no]) count(to, 2);
    if (end.kind === 'yield' || end.kind === 'delegate') count(end.then, 2);
  }
  const merged = new Set<Block>();
  for (const block of blocks) {
    if (merged.has(block)) continue;
    for (let { end } = block; end.kind === 'goto'; { end } = block) {
      const { to } = end;
      if (
        to === block ||
        to === blocks[0] ||
        entries.get(to) !== 1 ||
        to.region !== block.region ||
        to.end.kind === 'delegate'
      )
        break;
      block.ops.push(...to.ops);
      block.end = to.end;
      merged.add(to);
    }
  }
  return blocks.filter((block) => !merged.has(block));
}
