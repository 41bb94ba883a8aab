/**
 * process.env, which differs from worker to worker: workflow code may not even ask for a name.
 *
 * Tested by: test/engine/guarded-globals.test.ts
 */
import { forbidden, mayPass, type Callable } from './stand-in.ts';

const ADVICE = 'read it in a step, or at the top level of the module, and pass it on';

/** `live` returns the real one. */
export function guardedEnvironment(live: () => object): object {
  const guard = (trap: Callable): object => {
    if (!mayPass(trap)) throw forbidden(trap, 'process.env', ADVICE);
    return live();
  };
  return new Proxy(live(), {
    get: function get(_target, key): unknown {
      return Reflect.get(guard(get), key);
    },
    set: function set(_target, key, value): boolean {
      return Reflect.set(guard(set), key, value);
    },
    has: function has(_target, key): boolean {
      return Reflect.has(guard(has), key);
    },
    ownKeys: function ownKeys(): (string | symbol)[] {
      return Reflect.ownKeys(guard(ownKeys));
    },
    deleteProperty: function deleteProperty(_target, key): boolean {
      return Reflect.deleteProperty(guard(deleteProperty), key);
    },
    getOwnPropertyDescriptor: function describe(_target, key): PropertyDescriptor | undefined {
      return Reflect.getOwnPropertyDescriptor(guard(describe), key);
    },
    defineProperty: function define(_target, key, descriptor): boolean {
      return Reflect.defineProperty(guard(define), key, descriptor);
    },
  });
}
