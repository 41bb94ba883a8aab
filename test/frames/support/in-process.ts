/** Programs that share this process and its runtime, each time with a fresh copy of their module: for many of them. */
import { loadGraph } from '../../../lib/frames/graph/load-graph.ts';
import { storeGraph } from '../../../lib/frames/graph/store-graph.ts';
import * as entry from '../../../lib/frames/runtime/entry.ts';
import { compileProgram, type Realm } from './realm.ts';
import { show } from './show.ts';

type Make = (runtime: object, log: (...args: unknown[]) => void) => Realm['main'];

function makerOf(code: string): Make {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the program is code in a text
  return new Function('runtime', 'log', `'use strict'; ${code}\nreturn main;`) as Make;
}

const logTo =
  (trace: string[]) =>
  (...args: unknown[]): void => {
    trace.push(`log ${args.map(show).join(' ')}`);
  };

export function nativeMaker(source: string): (trace: string[]) => Pick<Realm, 'main' | 'show'> {
  const make = makerOf(source);
  return (trace) => ({ main: make({}, logTo(trace)), show });
}

export function compiledMaker(source: string): (trace: string[]) => Realm {
  const make = makerOf(compileProgram(source, { sourceMaps: false }));
  return (trace) => ({ main: make(entry, logTo(trace)), show, store: storeGraph, load: loadGraph });
}
