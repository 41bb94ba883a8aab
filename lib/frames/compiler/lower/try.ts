/** `try` with a `yield` in it: what runs in it belongs to a region, which says where an error or a return goes. */
import * as t from '@babel/types';
import { num, undef } from '../build.ts';
import type { Block, Region } from '../states.ts';
import type { Finalizer, Lowering } from './lowering.ts';
import { assignName, assignPattern } from './pattern.ts';
import { enterScope, hoistFunctions } from './scope.ts';
import { FELL_THROUGH, leaveFinally, RETURNED, THREW } from './unwind.ts';

export function tryStatement(l: Lowering, node: t.TryStatement): void {
  if (node.finalizer) withFinally(l, node, node.finalizer);
  else withCatch(l, node);
}

function withCatch(l: Lowering, node: t.TryStatement): void {
  const { handler } = node;
  if (!handler) {
    l.lowerStatement(node.block);
    return;
  }
  const [caught, after] = [l.block(), l.block()];
  const region: Region = { parent: l.region, onThrow: caught, onReturn: undefined };
  l.within('try', () => {
    l.inRegion(region, () => l.lowerStatement(node.block));
  });
  const ended = l.blockIn(l.region);
  l.begin(ended);
  l.goto(after);
  l.begin(caught);
  l.within('catch', () => {
    catchClause(l, handler);
  });
  l.begin(after);
}

function catchClause(l: Lowering, clause: t.CatchClause): void {
  const { param, body } = clause;
  enterScope(l, clause);
  if (param?.type === 'Identifier') assignName(l, param, l.valueInFlight, 'declare');
  else if (param && l.yields.in(param)) assignPattern(l, param, l.keep(l.valueInFlight), 'declare');
  else if (param) l.emit(t.variableDeclaration('let', [t.variableDeclarator(param, l.valueInFlight)]));
  hoistFunctions(l, body.body);
  for (const one of body.body) l.lowerStatement(one);
}

function withFinally(l: Lowering, node: t.TryStatement, code: t.BlockStatement): void {
  const depth = l.frames.filter(({ kind }) => kind === 'finally').length + 1 + l.finallyDepth;
  const [how, value] = [l.variable('how', depth), l.variable('value', depth)];
  const [threw, returned, body, after]: Block[] = [l.block(), l.block(), l.block(), l.block()] as [
    Block,
    Block,
    Block,
    Block,
  ];
  const outer = l.region;
  const region: Region = { parent: outer, onThrow: threw, onReturn: returned };
  const finalizer: Finalizer = { body, how, value, exits: [] };
  l.frames.push({ kind: 'finally', finalizer });
  l.within('try finally', () => {
    l.inRegion(region, () => {
      if (node.handler) withCatch(l, { ...node, finalizer: null });
      else l.lowerStatement(node.block);
    });
  });
  l.frames.pop();
  const enter = (at: Block, kind: number, inFlight: t.Expression): void => {
    l.begin(at);
    l.assign(how, num(kind));
    l.assign(value, inFlight);
    l.goto(body);
  };
  enter(l.blockIn(outer), FELL_THROUGH, undef());
  enter(threw, THREW, l.valueInFlight);
  enter(returned, RETURNED, l.valueInFlight);
  l.begin(body);
  l.finallyDepth += 1;
  l.within(`finally [${finalizer.exits.map(({ name }) => name).join()}]`, () => l.lowerStatement(code));
  l.finallyDepth -= 1;
  leaveFinally(l, finalizer);
  l.goto(after);
  l.begin(after);
}
