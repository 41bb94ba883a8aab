/** An instance of a registered class, from its stored data. */
import { registerBatch } from '../core/batch.ts';
import { registeredAs } from '../core/class-registry.ts';
import { describeValue } from '../core/describe-value.ts';
import { describeThrown } from '../core/to-error.ts';
import type { Reader, TaggedNode } from './reader.ts';

export function readInstance(node: TaggedNode, reader: Reader): unknown {
  const name = reader.text(node, 'name');
  // lull's own class is registered wherever values are read, also where no workflow's code is.
  const registered = registeredAs(name) ?? (registerBatch(name) ? registeredAs(name) : undefined);
  if (registered?.kind !== 'instance') {
    if (reader.unregistered === 'plain') return reader.child(node['v'], 'v');
    return reader.refuse(
      'UNREGISTERED_CLASS',
      `is an instance of the class "${name}", which is not registered here. Call registerClass with this name in a ` +
        'module that is loaded before runs go on',
    );
  }
  reader.beginWithoutShell();
  const data = reader.child(node['v'], 'v');
  let instance: unknown;
  try {
    instance = registered.fromData(data);
  } catch (error) {
    return reader.refuse(
      'FROM_DATA_FAILED',
      `cannot be made: fromData of "${name}" threw ${describeThrown(error)}`,
      error,
    );
  }
  if (typeof instance === 'object' && instance !== null && instance instanceof registered.class) return instance;
  return reader.refuse(
    'FROM_DATA_FAILED',
    `cannot be made: fromData of "${name}" should return an instance of it, and returned ${describeValue(instance)}`,
  );
}
