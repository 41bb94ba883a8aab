/** What other code would have stored in a snapshot: other values, other await points, other variables. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { KINDS, type Json } from '../../../lib/frames/graph/format.ts';

export const OTHER_CODE = [
  'of other code',
  'of other await points',
  'of other variables',
  'of other captured',
] as const;

type Nodes = readonly (readonly Json[])[];

/** The head and the coroutines as that code would have them. Where nothing of them can be other, they are as they were. */
export function asOfOtherCode(
  way: (typeof OTHER_CODE)[number],
  head: object,
  run: string,
): readonly [head: object, run: string] {
  const { passed } = head as { passed?: string };
  switch (way) {
    case 'of other code':
      // It has worked out something else on its way.
      return [
        { ...head, code: 'other', ...(passed !== undefined && { passed: 'other' }) },
        changed(run, withOtherNumbers),
      ];
    case 'of other await points':
      return [head, changed(run, withOtherPoints)];
    case 'of other variables':
      return [head, changed(run, withOtherLocals)];
    case 'of other captured':
      return [head, changed(run, withOtherCaptured)];
  }
}

function changed(run: string, change: (nodes: Nodes) => Nodes): string {
  const [format, root, ...nodes] = JSON.parse(inflateRawSync(Buffer.from(run, 'base64')).toString()) as [
    Json,
    Json,
    ...Nodes,
  ];
  const text = JSON.stringify([format, root, ...change(nodes)]);
  return deflateRawSync(Buffer.from(text)).toString('base64');
}

/** Of the authors' functions. */
function inFrames(
  nodes: Nodes,
  change: (node: readonly Json[], head: readonly Json[], locals: readonly Json[]) => Json[],
): Nodes {
  return nodes.map((node) => {
    const [kind, id] = node;
    if (kind !== KINDS.generator || String(id).startsWith('lull/')) return node;
    return change(node, node.slice(0, 5), node.slice(5));
  });
}

function withOtherNumbers(nodes: Nodes): Nodes {
  return inFrames(nodes, (_, head, locals) => [
    ...head,
    ...locals.map((local) => (typeof local === 'number' ? local + 1 : local)),
  ]);
}

function withOtherPoints(nodes: Nodes): Nodes {
  return inFrames(nodes, ([kind, id, own, point, ...rest]) => [
    ...[kind as Json, id as Json, own as Json],
    typeof point === 'string' && point.includes('.') ? `${point}x` : (point as Json),
    ...rest,
  ]);
}

/** The same variables in another order: they are alphabetical. */
function withOtherLocals(nodes: Nodes): Nodes {
  return inFrames(nodes, (_, head, locals) => {
    const pairs: Json[][] = [];
    for (let at = 0; at < locals.length; at += 2) pairs.unshift(locals.slice(at, at + 2));
    return [...head, ...pairs.flat()];
  });
}

function withOtherCaptured(nodes: Nodes): Nodes {
  return nodes.map((node) => {
    const [kind, id, uses, ...captured] = node;
    if (kind !== KINDS.closure || String(id).startsWith('lull/')) return node;
    return [kind, id as Json, String(uses).split(' ').reverse().join(' '), ...captured.reverse()];
  });
}
