/** Classes whose instances are more than their properties, or may be. */
import { types } from 'node:util';
import { describeValue } from '../../core/describe-value.ts';
import { runtime } from '../runtime/runtime.ts';
import type { Json } from './format.ts';
import { intrinsicName } from './intrinsics.ts';
import type { GraphWriter } from './store-graph.ts';

export function storePrototype(writer: GraphWriter, prototype: object | null): Json {
  return writer.value(prototype, ' (its prototype)');
}

/** Only of classes that are known, and hide nothing, the properties are all there is. */
export function refuseUnknownClass(writer: GraphWriter, value: object, prototype: object | null): void {
  for (let at = prototype; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null) {
    if (types.isProxy(at)) writer.refuse('inherits from a Proxy');
    const hides = runtime.hidesOf(at);
    if (hides === true) {
      writer.refuse(`is ${describeValue(value)}, which has private fields: make it known with registerClass`);
    }
    if (hides === false) continue;
    const isClass = Object.hasOwn(at, 'constructor') || intrinsicName(at) !== undefined;
    if (isClass) writer.refuse(unknownClass(value));
  }
}

function unknownClass(value: object): string {
  if (types.isPromise(value)) return 'is a Promise, which lives in one process only';
  const description = describeValue(value);
  if (types.isGeneratorObject(value))
    return 'is a native generator, whose state cannot be seen: compile its function as well';
  return `is ${description}, whose class is not known here: make it known with registerClass, or keep plain data`;
}
