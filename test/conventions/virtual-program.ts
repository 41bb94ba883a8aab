import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

/** A module that stands on no disk. Line n of it is line `line + n - 2` of `shownAs`: its first line is added. */
export interface VirtualModule {
  readonly path: string;
  readonly text: string;
  readonly shownAs: string;
  readonly line: number;
}

/** Type-checks modules as if they lay at their paths in the repository. Returns one line for each error. */
export function typeErrorsOf(root: string, modules: readonly VirtualModule[]): string[] {
  const byPath = new Map(modules.map((module) => [join(root, module.path), module]));
  const folders = new Set([...byPath.keys()].map((path) => dirname(path)));
  const options = readCompilerOptions(root);
  const host = ts.createCompilerHost(options);
  const onDisk = ts.createCompilerHost(options);
  host.fileExists = (path) => byPath.has(path) || onDisk.fileExists(path);
  host.readFile = (path) => byPath.get(path)?.text ?? onDisk.readFile(path);
  host.directoryExists = (path) => folders.has(path) || onDisk.directoryExists?.(path) === true;

  const program = ts.createProgram([...byPath.keys()], options, host);
  return [...byPath].flatMap(([path, module]) => {
    const source = program.getSourceFile(path);
    if (!source) throw new Error(`TypeScript did not load ${path}.`);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((diagnostic) => {
      const { line } = source.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
      const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n  ');
      return `${relative(root, join(root, module.shownAs))}:${module.line + line - 1}: ${message}`;
    });
  });
}

function readCompilerOptions(root: string): ts.CompilerOptions {
  const path = join(root, 'tsconfig.json');
  const { config } = ts.readConfigFile(path, (file) => ts.sys.readFile(file)) as { config: { include?: string[] } };
  return ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root).options;
}
