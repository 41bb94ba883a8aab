/** What compiled code imports, under the names that the compiler writes. */
import { runtime } from './runtime.ts';

export const {
  accessor,
  accessorOf,
  beginModule,
  Box,
  branded,
  call,
  closure,
  constantAssigned,
  define,
  delegate,
  END,
  extend,
  generatorFunction,
  generatorMethod,
  initialized,
  iterate,
  iteratorOf,
  KeyCursor,
  named,
  namePrivates,
  notConstructor,
  objectCoercible,
  propertyKey,
  restOf,
  resumeDelegate,
  single,
  start,
  UNSET,
} = runtime;
export const { nameModule } = runtime;
