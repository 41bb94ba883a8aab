/** Runs a program of test262: natively, compiled, and compiled with each frame stored and read at every resumption. */
import { createRequire } from 'node:module';
import vm from 'node:vm';
import { compileProgram, newContext, runtimeIn } from '../support/realm.ts';
import { topLevelNames } from './top-level-names.ts';
import type { Program } from './program.ts';

export type How = 'native' | 'compiled' | 'stored';

/** What went wrong; undefined if nothing did. `harness` gives the text of a file of the harness. */
export function runProgram(program: Program, how: How, harness: (file: string) => string): string | undefined {
  const context = newContext(() => undefined);
  context['require'] = createRequire(import.meta.url);
  try {
    for (const file of ['assert.js', 'sta.js', ...program.includes])
      vm.runInContext(harness(file), context, { filename: file });
    const code = codeFor(program.source, how);
    const make = vm.runInContext(`(function (runtime) { 'use strict'; ${code}\n})`, context, {
      filename: program.file,
    }) as (runtime: object) => void;
    make(how === 'native' ? {} : runtimeFor(context, how));
    return undefined;
  } catch (error) {
    return (
      String((error as { message?: unknown }).message ?? error)
        .split('\n')[0]
        ?.slice(0, 200) ?? 'failed'
    );
  }
}

/**
 * Compiled, the whole program is in a function, so that all its variables are captured ones. What is stored is a copy, so
 * there the program's own variables are left where they are, in the module; what one of them holds goes by its name.
 */
function codeFor(source: string, how: How): string {
  if (how === 'native') return source;
  if (how === 'compiled') return compileProgram(`(function () {\n${source}\n}).call(undefined);`);
  const getters = topLevelNames(source).map((name) => `${name}: () => ${name}`);
  return `runtime.held({ ${getters.join(', ')} });\n${compileProgram(source, { mayWriteModule: true })}`;
}

interface Frame {
  '#pc': number;
  [local: string]: unknown;
}

interface Definition {
  step: (frame: Frame, mode: number, sent: unknown) => unknown;
  byState: Map<number, { live: string[] }>;
}

/**
 * Some programs take the iterator of arrays away, or have one of their own. What stores them is not a part of the program: it
 * works with that of the language.
 */
function withOwnIterator(context: vm.Context): <T>(work: () => T) => T {
  return vm.runInContext(
    `(() => {
      const { defineProperty, getOwnPropertyDescriptor } = Object;
      const places = [[Array.prototype, Symbol.iterator], [[][Symbol.iterator]().__proto__, 'next']];
      const own = places.map(([holder, key]) => getOwnPropertyDescriptor(holder, key));
      return (work) => {
        const found = [];
        for (let at = 0; at < 2; at += 1) {
          found[at] = getOwnPropertyDescriptor(places[at][0], places[at][1]);
          defineProperty(places[at][0], places[at][1], own[at]);
        }
        try {
          return work();
        } finally {
          for (let at = 0; at < 2; at += 1) {
            if (found[at] === undefined) delete places[at][0][places[at][1]];
            else defineProperty(places[at][0], places[at][1], found[at]);
          }
        }
      };
    })()`,
    context,
  ) as <T>(work: () => T) => T;
}

function runtimeFor(context: vm.Context, how: How): object {
  const { entry, store, load } = runtimeIn(context);
  if (how === 'compiled') return entry;
  const guarded = withOwnIterator(context);
  let held: Record<string, () => unknown> = {};
  const named = (name: string): object | undefined => {
    try {
      return held[name]?.() as object | undefined;
    } catch {
      return undefined; // its declaration was not reached
    }
  };
  const host = { named, nameOf: (value: object) => Object.keys(held).find((name) => named(name) === value) };
  const { nameModule } = entry as { nameModule: (...given: unknown[]) => void };
  const runtime = entry as { define: (written: object) => Definition };
  return {
    ...entry,
    held: (getters: typeof held) => {
      held = getters;
    },
    nameModule: (...given: unknown[]) => {
      guarded(() => {
        nameModule(...given);
      });
    },
    /** The locals of a frame go through bytes before it goes on, all at once. */
    define(written: object): Definition {
      const definition = runtime.define(written);
      const { step } = definition;
      definition.step = (frame, mode, sent) => {
        const live = definition.byState.get(frame['#pc'])?.live ?? [];
        guarded(() => {
          const stored = store(
            live.map((name) => frame[name]),
            host,
          );
          if (stored.kind === 'refused') return;
          const loaded = load(stored.bytes, host);
          if (loaded.kind === 'refused') throw new Error(`not read: ${loaded.reason}`);
          for (const [index, name] of live.entries()) frame[name] = (loaded.value as unknown[])[index];
        });
        return step(frame, mode, sent);
      };
      return definition;
    },
  };
}
