/** What has a name in each process, and instances that a class or the host makes. */
import { registeredAs } from '../../core/class-registry.ts';
import { describeThrown } from '../../core/to-error.ts';
import { runtime } from '../runtime/runtime.ts';
import type { Json, KINDS } from './format.ts';
import type { GraphReader } from './graph-reader.ts';
import { intrinsicNamed } from './intrinsics.ts';
import type { NodeKind } from './load-kinds.ts';
import { shown } from './shown.ts';

export const namedKinds = {
  hostName: {
    make(reader, [, name]) {
      const found = typeof name === 'string' ? reader.host.named?.(name) : undefined;
      return found ?? reader.refuse(`${shown(name)} is not known here`);
    },
  },
  hostInstance: {
    make: (reader, [, name]) => hostClass(reader, name).create(),
    fill(reader, [, name, saved], object) {
      const known = hostClass(reader, name);
      const value = reader.value(saved);
      // After all else is filled: what it is given is whole then, but for other instances of the host.
      reader.afterwards.push(() => {
        known.fill(object, value);
      });
    },
  },
  inModule: {
    make(reader, [, module, ...path]) {
      const isName = typeof module === 'string' && path.every((part) => typeof part === 'string');
      const found = isName ? runtime.namedInModule({ module, path }) : undefined;
      const isObject = (typeof found === 'object' && found !== null) || typeof found === 'function';
      return isObject ? found : reader.refuse(`${shown(path.join('.'))} is not in ${shown(module)} any more`);
    },
  },
  intrinsic: {
    make(reader, [, name]) {
      const found = typeof name === 'string' ? intrinsicNamed(name) : undefined;
      return found ?? reader.refuse(`this version of Node has no ${shown(name)}`);
    },
  },
  instance: {
    isMadeOfData: true,
    makeLater(reader, [, name, data]) {
      const registered = typeof name === 'string' ? registeredAs(name) : undefined;
      if (registered?.kind !== 'instance') return reader.refuse(`the class ${shown(name)} is not registered here`);
      let made: unknown;
      try {
        made = registered.fromData(reader.value(data));
      } catch (error) {
        return reader.refuse(`fromData of ${shown(name)} failed: ${describeThrown(error)}`);
      }
      if (typeof made === 'object' && made !== null) return made;
      return reader.refuse(`fromData of ${shown(name)} gave no object`);
    },
  },
} satisfies Partial<Record<keyof typeof KINDS, NodeKind>>;

function hostClass(reader: GraphReader, name: Json | undefined) {
  return (
    reader.host.classes?.find((one) => one.name === name) ?? reader.refuse(`the class ${shown(name)} is not known here`)
  );
}
