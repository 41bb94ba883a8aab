/** A program of test262: what its head says of it, and whether it is one for generators. */

export interface Program {
  readonly file: string;
  readonly source: string;
  readonly includes: readonly string[];
}

/** Undefined for what is no strict script that runs to its end, or has no generator. */
export function readProgram(file: string, source: string): Program | undefined {
  const head = /\/\*---([\s\S]*?)---\*\//.exec(source)?.[1];
  if (head === undefined || /^negative:/m.test(head)) return undefined;
  const flags = list(head, 'flags');
  if (flags.some((flag) => ['noStrict', 'module', 'async', 'raw', 'CanBlockIsFalse'].includes(flag))) return undefined;
  if (!/function\s*\*|\*\s*(?:[\w$#]+|\[[^\]]*\]|'[^']*'|"[^"]*")\s*\(/.test(source)) return undefined;
  if (/async\s*(?:function|\*)/.test(source)) return undefined;
  return { file, source, includes: list(head, 'includes') };
}

function list(head: string, key: string): string[] {
  const inLine = new RegExp(`^${key}: *\\[(.*)\\]`, 'm').exec(head)?.[1];
  if (inLine !== undefined) return inLine.split(',').map((one) => one.trim());
  const below = new RegExp(`^${key}:\\s*\\n((?: +- .*\\n?)+)`, 'm').exec(head)?.[1];
  return below === undefined ? [] : below.split('\n').flatMap((line) => /- *(.*)/.exec(line)?.[1]?.trim() ?? []);
}
