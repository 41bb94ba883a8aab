/** From the text of a module to its tree. What is no JavaScript or TypeScript becomes a problem with its place. */
import { parse, type ParserPlugin } from '@babel/parser';
import type { File } from '@babel/types';
import type { Problem } from './problem.ts';

export type Parsed =
  { readonly kind: 'parsed'; readonly file: File } | { readonly kind: 'refused'; readonly problem: Problem };

export function parseSource(source: string, fileName: string): Parsed {
  const plugins: ParserPlugin[] = ['decoratorAutoAccessors', 'importAttributes', 'explicitResourceManagement'];
  if (/\.[cm]?tsx?$/.test(fileName)) plugins.push('typescript');
  if (/\.[jt]sx$/.test(fileName)) plugins.push('jsx');
  plugins.push(['decorators', { allowCallParenthesized: true }]);
  try {
    return {
      kind: 'parsed',
      file: parse(source, { sourceType: 'module', sourceFilename: fileName, tokens: true, plugins }),
    };
  } catch (error) {
    const { message, loc } = error as SyntaxError & { loc?: { line: number; column: number } };
    const place = ` (${loc?.line}:${loc?.column})`; // the parser ends its messages with it
    const reason = message.includes("'with' in strict mode") ? WITH : message.replace(place, '');
    return { kind: 'refused', problem: { reason, line: loc?.line ?? 1, column: loc?.column ?? 0 } };
  }
}

const WITH =
  '`with` hides which variable a name means, so a frame cannot say what is alive: name the object before each property';
