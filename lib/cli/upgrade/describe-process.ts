/**
 * The process in which a build is loaded to be described: it runs what the build does when it is loaded, and nothing else. What
 * a handler needs of its surroundings is not there, so that it may fail to begin; its workflows were loaded by then.
 */
import { pathToFileURL } from 'node:url';
import type { BuildDescription } from './build-description.ts';

export type DescribeAnswer =
  | { readonly kind: 'described'; readonly description: BuildDescription }
  | { readonly kind: 'failed'; readonly reason: string };

const [, , file = ''] = process.argv;
const failure: unknown = await import(pathToFileURL(file).href).then(
  () => undefined,
  (error: unknown) => error ?? 'unknown',
);
// After the build: what is shared in a process is that of the one that is loaded first.
const { describeBuild } = await import('./describe-build.ts');
const description = describeBuild();
const isEmpty = description.workflows.length === 0 && failure !== undefined;
const reason = failure instanceof Error ? failure.message : String(failure);
const answer: DescribeAnswer = isEmpty ? { kind: 'failed', reason } : { kind: 'described', description };
process.send?.(answer, () => process.exit(0));
