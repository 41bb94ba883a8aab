/**
 * Modules of Node's own that are loaded when they are first needed. An `import` would load them at the start of each
 * process, and of a module it reads all that it exports, what is lazy too: that of `node:http` loads Node's WebSocket and
 * all of its fetch, which is 13 MB and more time than everything else that a worker's start takes.
 */
import { createRequire } from 'node:module';
import type * as fs from 'node:fs';
import type * as http from 'node:http';
import type * as https from 'node:https';
import type * as util from 'node:util';
import type * as zlib from 'node:zlib';

interface Builtins {
  readonly 'node:fs': typeof fs;
  readonly 'node:http': typeof http;
  readonly 'node:https': typeof https;
  readonly 'node:util': typeof util;
  readonly 'node:zlib': typeof zlib;
}

let load: NodeJS.Require | undefined;

export function loadBuiltin<Name extends keyof Builtins>(name: Name): Builtins[Name] {
  // From where it is loaded does not matter, and a bundle need not say.
  load ??= createRequire('/');
  return load(name) as Builtins[Name];
}
