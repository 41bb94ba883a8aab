/** Closures and generators of compiled code. */
import type { Definition, Frame } from '../runtime/definition.ts';
import { runtime } from '../runtime/runtime.ts';
import type { Json, KINDS } from './format.ts';
import type { GraphReader, StoredNode } from './graph-reader.ts';
import type { NodeKind } from './load-kinds.ts';
import { shown } from './shown.ts';
import { ENDED, NOT_BEGUN } from './store-frame.ts';

export const frameKinds = {
  closure: {
    makeLater(reader, [, id, uses, ...captured]) {
      const kind = typeof id === 'string' ? runtime.closureKind(id) : undefined;
      if (kind === undefined) return reader.refuse(`the function ${shown(id)} is not in this code`);
      const names = kind.names;
      if (uses !== names.map(nameOf).join(' '))
        return reader.refuse(`the function ${shown(id)} uses other variables now`);
      if (names.length !== captured.length) return reader.refuse(`the function ${shown(id)} has not all variables`);
      const values = captured.map((one) => reader.value(one));
      for (const [index, name] of names.entries()) {
        if (name.endsWith('*') !== values[index] instanceof runtime.Box) {
          reader.refuse(`the function ${shown(id)} shares ${nameOf(name)} in another way now`);
        }
      }
      return runtime.makeClosure(kind, values);
    },
  },
  generator: {
    make(reader, [, id]) {
      const definition = definitionOf(reader, id);
      return runtime.endedGenerator(definition, undefined);
    },
    fill(reader, [, id, own, point, delegate, ...locals], object) {
      const definition = definitionOf(reader, id);
      setFunction(reader, object, own);
      if (point !== ENDED) runtime.fillGenerator(object, frameOf(reader, definition, { point, delegate, locals }));
    },
  },
} satisfies Partial<Record<keyof typeof KINDS, NodeKind>>;

function nameOf(captured: string): string {
  return captured.replace('*', '');
}

function definitionOf(reader: GraphReader, id: Json | undefined): Definition {
  const definition = typeof id === 'string' ? runtime.definitionOf(id) : undefined;
  return definition ?? reader.refuse(`the generator function ${shown(id)} is not in this code`);
}

function setFunction(reader: GraphReader, generator: object, own: Json | undefined): void {
  if (own === null) return;
  const found = reader.object(own);
  if (typeof found !== 'function') return reader.refuse('something else is where a function has to be');
  runtime.setOwnFunction(generator, found as () => unknown);
}

interface Stored {
  readonly point: Json | undefined;
  readonly delegate: Json | undefined;
  readonly locals: StoredNode;
}

function frameOf(reader: GraphReader, definition: Definition, { point, delegate, locals }: Stored): Frame {
  const frame = definition.blank();
  const known = point === NOT_BEGUN ? undefined : definition.byId.get(String(point));
  if (known === undefined && point !== NOT_BEGUN) {
    return reader.refuse(`${definition.id} has no await point ${shown(point)} any more: its code has changed`);
  }
  frame['#pc'] = known?.state ?? 0;
  fillLocals(reader, definition, frame, known?.live ?? definition.start, locals);
  if (known?.isDelegating === true) {
    const iterator = reader.object(delegate);
    frame['#d'] = iterator;
    reader.afterwards.push(() => {
      frame['#n'] = (iterator as { next?: unknown }).next;
    });
  }
  return frame;
}

function fillLocals(
  reader: GraphReader,
  definition: Definition,
  frame: Frame,
  live: readonly string[],
  locals: StoredNode,
): void {
  if (locals.length !== live.length * 2) reader.refuse(`${definition.id} has other variables now`);
  for (const [index, name] of live.entries()) {
    if (locals[index * 2] !== name) reader.refuse(`${definition.id} has other variables now`);
    const value = reader.value(locals[index * 2 + 1]);
    if (definition.boxed.has(name) !== value instanceof runtime.Box)
      reader.refuse(`${name} of ${definition.id} is shared in another way now`);
    if (/^#(?:of|in|pattern)\d/.test(name) && !(value instanceof runtime.Cursor)) reader.refuse('a loop has no cursor');
    frame[name] = value;
  }
}
