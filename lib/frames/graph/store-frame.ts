/** The node of a generator of compiled code: its function, the await point, and what is alive there. */
import type { FrameState } from '../runtime/generator.ts';
import { runtime } from '../runtime/runtime.ts';
import { KINDS, type Json } from './format.ts';
import type { GraphWriter, Node } from './store-graph.ts';

/** What is stored in place of an await point. */
export const NOT_BEGUN = '';
export const ENDED = '!';

export function storeFrame(writer: GraphWriter, generator: object, state: FrameState): Node {
  const { definition, frame, isRunning, own } = state;
  const [, name = definition.id] = definition.id.split('#');
  if (isRunning) return writer.refuse(`is the generator ${name}, which is running now`);
  if (Reflect.ownKeys(generator).length > 0)
    return writer.refuse(`is the generator ${name} with a property of its own`);
  if (Object.getPrototypeOf(generator) !== runtime.generatorPrototype(own)) {
    return writer.refuse(`is the generator ${name} with another prototype`);
  }
  const node: Json[] = [KINDS.generator, definition.id, null];
  linkFunction(writer, own, node);
  if (frame === undefined) {
    node.push(ENDED);
    return node;
  }
  const point = definition.byState.get(frame['#pc']);
  if (point === undefined && frame['#pc'] !== 0) return writer.refuse(`is the generator ${name} at no await point`);
  node.push(point?.id ?? NOT_BEGUN);
  const place = point === undefined ? name : `${name}:${point.line}`;
  node.push(point?.isDelegating === true ? writer.value(frame['#d'], ` (${place} awaits)`) : null);
  for (const local of point?.live ?? definition.start) {
    node.push(local, writer.value(frame[local], ` (${place}).${local}`));
  }
  return node;
}

/** Its function matters for what it inherits from: to code that holds the function, or can name it. */
function linkFunction(writer: GraphWriter, own: object | undefined, node: Json[]): void {
  if (own === undefined) return;
  const isNamed = runtime.nameInModule(own) !== undefined || runtime.closureOf(own)?.kind.single === own;
  if (isNamed) {
    node[2] = writer.value(own, ' (its function)');
    return;
  }
  writer.afterwards.push(() => {
    const id = writer.known(own);
    if (id !== undefined) node[2] = [id];
  });
}
