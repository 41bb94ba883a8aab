/** Programs that share this process and its runtime, each time with a fresh copy of their module: for many of them. */
import { loadGraph } from '../../../lib/frames/graph/load-graph.ts';
import { storeGraph } from '../../../lib/frames/graph/store-graph.ts';
import * as entry from '../../../lib/frames/runtime/entry.ts';
import { compileProgram, type Realm } from './realm.ts';
import { show } from './show.ts';

type Make = (runtime: object, log: (...args: unknown[]) => void, imported: object) => Realm['main'];

/** `imported`: what its prelude exports, if it has one. */
function makerOf(code: string): Make {
  const body = code.replaceAll(/^import (\{.*\}) from ["']prelude["'];/gm, 'const $1 = imported;');
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the program is code in a text
  return new Function('runtime', 'log', 'imported', `'use strict'; ${body}\nreturn main;`) as Make;
}

const logTo =
  (trace: string[]) =>
  (...args: unknown[]): void => {
    trace.push(`log ${args.map(show).join(' ')}`);
  };

export function nativeMaker(source: string, imported: object = {}): (trace: string[]) => Pick<Realm, 'main' | 'show'> {
  const make = makerOf(source);
  return (trace) => ({ main: make({}, logTo(trace), imported), show });
}

export function compiledMaker(source: string, imported: object = {}): (trace: string[]) => Realm {
  const make = makerOf(compileProgram(source, { sourceMaps: false }));
  return (trace) => ({ main: make(entry, logTo(trace), imported), show, store: storeGraph, load: loadGraph });
}
