/** Programs that are a little smaller than a program: one statement left out, or one put in the place of its block. */
import type { Body, Statement } from './program.ts';

export function* smallerBodies(body: Body): Generator<Body> {
  if (body.length > 3) {
    const half = body.length >> 1;
    yield body.slice(0, half);
    yield body.slice(half);
  }
  for (const [index, statement] of body.entries()) {
    yield replaced(body, index, []);
    for (const inner of statement.bodies ?? []) if (inner.length > 0) yield replaced(body, index, inner);
    for (const smaller of smallerStatements(statement)) yield replaced(body, index, [smaller]);
  }
}

function* smallerStatements(statement: Statement): Generator<Statement> {
  const { bodies = [], plan, count, ms } = statement;
  for (const [index, inner] of bodies.entries()) {
    for (const smaller of smallerBodies(inner)) yield { ...statement, bodies: bodies.with(index, smaller) };
  }
  if (bodies.length > 1) {
    for (const index of bodies.keys()) yield { ...statement, bodies: bodies.filter((_, other) => other !== index) };
  }
  if (plan !== undefined && JSON.stringify(plan) !== JSON.stringify({ takesMs: plan.takesMs, gives: 1 })) {
    yield { ...statement, plan: { takesMs: plan.takesMs, gives: 1 } };
  }
  if (count !== undefined && count > 1) yield { ...statement, count: count - 1 };
  if (ms !== undefined && ms > 10) yield { ...statement, ms: Math.floor(ms / 10) };
}

function replaced(body: Body, index: number, by: Body): Body {
  return [...body.slice(0, index), ...by, ...body.slice(index + 1)];
}
