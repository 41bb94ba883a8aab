/** How workflows and handlers become one file for Node: the same on this machine and on Lambda. For esbuild. */

/**
 * Names are kept, since tasks, steps and errors are called by them in the journal: a smaller build must not change what
 * a replay finds there. `isSource`: lull itself is run from its TypeScript.
 */
export function bundleOptions({ isSource }: { readonly isSource: boolean }) {
  return {
    bundle: true,
    format: 'esm' as const,
    platform: 'node' as const,
    mainFields: ['module', 'main'],
    conditions: isSource ? ['lull-source', 'module'] : ['module'],
    keepNames: true,
    sourcesContent: false,
    // What is CommonJS inside wants a `require` for node's own modules.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  };
}
