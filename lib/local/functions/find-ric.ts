/** Finds aws-lambda-ric, the program that Lambda itself runs around a handler. A package that only this needs. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CloudError } from '../cloud-error.ts';

/** Looks where lull is installed, and in the folder of the project. Throws a CloudError if it is in neither. */
export function findRic(lookFrom: readonly string[] = [import.meta.url, join(process.cwd(), 'x.js')]): string {
  for (const file of lookFrom) {
    try {
      return createRequire(file).resolve('aws-lambda-ric');
    } catch {
      continue; // the next one may have it
    }
  }
  throw new CloudError(
    'PACKAGE_NOT_INSTALLED',
    'aws-lambda-ric is not installed, the program that Lambda runs around a handler: ' +
      'npm install --save-dev --ignore-scripts aws-lambda-ric',
  );
}
