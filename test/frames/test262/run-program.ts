/** Runs a program of test262: natively, compiled, and compiled with each frame stored and read at every resumption. */
import { createRequire } from 'node:module';
import vm from 'node:vm';
import { compileProgram, newContext, runtimeIn } from '../support/realm.ts';
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
 * there the program's own variables are left where they are, in the module.
 */
function codeFor(source: string, how: How): string {
  if (how === 'native') return source;
  return how === 'compiled'
    ? compileProgram(`(function () {\n${source}\n}).call(undefined);`)
    : compileProgram(source, { mayWriteModule: true });
}

interface Frame {
  '#pc': number;
  [local: string]: unknown;
}

interface Definition {
  step: (frame: Frame, mode: number, sent: unknown) => unknown;
  byState: Map<number, { live: string[] }>;
}

function runtimeFor(context: vm.Context, how: How): object {
  const { entry, store, load } = runtimeIn(context);
  if (how === 'compiled') return entry;
  const runtime = entry as { define: (written: object) => Definition };
  return {
    ...entry,
    /** The locals of a frame go through bytes before it goes on, all at once. */
    define(written: object): Definition {
      const definition = runtime.define(written);
      const { step } = definition;
      definition.step = (frame, mode, sent) => {
        const live = [...(definition.byState.get(frame['#pc'])?.live ?? [])];
        const stored = store(live.map((name) => frame[name]));
        if (stored.kind === 'stored') {
          const loaded = load(stored.bytes);
          if (loaded.kind === 'refused') throw new Error(`not read: ${loaded.reason}`);
          for (const [index, name] of live.entries()) frame[name] = (loaded.value as unknown[])[index];
        }
        return step(frame, mode, sent);
      };
      return definition;
    },
  };
}
