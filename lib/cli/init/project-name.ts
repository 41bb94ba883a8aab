/** A name that npm takes for a package, and CloudFormation for a stack. */
import { basename, resolve } from 'node:path';

const LONGEST_NAME = 100;

/** Of the folder. Empty if there is nothing in its name that a name can be made of. */
export function nameFromFolder(folder: string): string {
  return basename(resolve(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[-0-9]+|-+$/g, '')
    .slice(0, LONGEST_NAME);
}

export function isProjectName(name: string): boolean {
  return /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) && name.length <= LONGEST_NAME;
}

/** `my-app` is `MyApp`. */
export function toStackName(name: string): string {
  return name.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
}
