/**
 * Records what CPython 3.14 does with the programs of this folder, on a CPython that npm has (see README.md):
 *
 *   node --import tsx test/asyncio/record.ts FOLDER traces.json          the scenarios
 *   node --import tsx test/asyncio/record.ts FOLDER random-programs.json SEED COUNT
 *   node --import tsx test/asyncio/record.ts FOLDER queues-and-locks COUNT          for test/api/cpython
 *
 * FOLDER is where pyodide was installed. What is recorded is printed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What is used of pyodide, which is no dependency of this repository. */
interface Pyodide {
  readonly FS: { mkdirTree(path: string): void; writeFile(path: string, text: string): void };
  runPython(code: string): unknown;
}

const HERE = import.meta.dirname;
const SOURCES = [HERE, resolve(HERE, '../api/cpython')];

const [folder, what = '', ...numbers] = process.argv.slice(2);
const calls: Record<string, string> = {
  'traces.json': `import virtual_loop; virtual_loop.record(["scenarios"])`,
  'random-programs.json': `import random_programs; random_programs.main(${numbers.map(Number).join(', ')})`,
  'queues-and-locks':
    `import record, virtual_loop; ` +
    `kept = record.main(${numbers.map(Number).join(', ')}, new_loop=virtual_loop.VirtualLoop)`,
};
const call = calls[what];
if (folder === undefined || call === undefined) {
  console.error(`usage: record.ts FOLDER ${Object.keys(calls).join('|')} [NUMBERS]`);
  process.exit(2);
}

const entry = resolve(folder, 'node_modules/pyodide/pyodide.mjs');
const { loadPyodide } = (await import(pathToFileURL(entry).href)) as { loadPyodide(): Promise<Pyodide> };
const python = await loadPyodide();
python.FS.mkdirTree('/programs');
for (const source of SOURCES) {
  for (const file of readdirSync(source).filter((name) => name.endsWith('.py'))) {
    python.FS.writeFile(`/programs/${file}`, readFileSync(resolve(source, file), 'utf8'));
  }
}
// Pyodide itself runs on a loop, which would not let another one begin.
python.runPython(`
import asyncio, sys
asyncio._set_running_loop(None)
sys.path.insert(0, "/programs")
sys.setrecursionlimit(10000)
${call}
`);
