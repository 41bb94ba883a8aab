/** `lull init`: makes a project with a workflow, its test and a CDK app. */
import { statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { lullDependency } from './lull-dependency.ts';
import { projectFiles } from './project-files.ts';
import { isProjectName, nameFromFolder } from './project-name.ts';
import { inTheWay, writeProject } from './write-project.ts';

export interface InitOptions {
  readonly folder: string;
  /** Undefined: that of the folder. */
  readonly name?: string;
  /** Undefined: this lull. */
  readonly lull?: string;
}

/** Refused: nothing was written. */
export type InitResult =
  { readonly kind: 'made'; readonly text: string } | { readonly kind: 'refused'; readonly reason: string };

export function init({ folder, lull, ...options }: InitOptions): InitResult {
  const name = options.name ?? nameFromFolder(folder);
  try {
    const reason = whyNot(folder, name);
    if (reason !== undefined) return { kind: 'refused', reason };
    writeProject(folder, projectFiles({ name, lull: lullDependency(lull, folder) }));
    return { kind: 'made', text: nextCommands(folder, name) };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return { kind: 'refused', reason: `${folder} cannot be written: ${error.message}` };
  }
}

function whyNot(folder: string, name: string): string | undefined {
  if (!isProjectName(name)) {
    return `'${name}' is no name for a project: it has small letters, digits and single dashes, and begins with a letter. Name it with --name`;
  }
  const there = statSync(folder, { throwIfNoEntry: false });
  if (there && !there.isDirectory()) return `${folder} is a file, not a folder`;
  const [first, ...others] = inTheWay(folder);
  if (first === undefined) return undefined;
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  return `the folder ${folder} is not empty: ${first}${more} is in the way. Name a new folder, as in lull init my-app`;
}

function nextCommands(folder: string, name: string): string {
  const path = relative('.', resolve(folder));
  const commands = [
    ...(path === '' ? [] : [[`cd ${/\s/.test(path) ? `'${path}'` : path}`, '']]),
    ['npm install', ''],
    ['npm test', 'the tests of workflows/order.ts, in virtual time'],
    ['npm run dev', 'the cloud on this machine'],
    ['npm run synth', 'the template, without an account'],
    ['npm run deploy', 'into your AWS account'],
  ];
  const lines = commands.map(([command = '', what = '']) => `  ${command.padEnd(16)}${what}`.trimEnd());
  return [`${name} is ready. Next:`, '', ...lines, '', 'Its README.md goes on from there.'].join('\n');
}
