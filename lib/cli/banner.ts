import type { Paint } from './paint.ts';

/** What is where, and a command to begin with. */
export function banner(
  cloud: {
    readonly url: string;
    readonly workflows: readonly { readonly name: string; readonly takesAnything: boolean }[];
    readonly entry: string;
    readonly dir: string;
  },
  paint: Paint,
): string {
  const names = cloud.workflows.map((workflow) => workflow.name).join(', ');
  return [
    '',
    `  ${paint('bold', 'lull dev')} at ${paint('cyan', cloud.url)}`,
    '',
    `  workflows  ${names}  ${paint('dim', `(${cloud.entry})`)}`,
    `  runs       ${cloud.dir}  ${paint('dim', '(those that have not ended go on)')}`,
    '',
    ...commands(cloud).map((command) => `  ${command}`),
    '',
  ].join('\n');
}

/** A workflow with a schema wants an input that nobody can guess here; one without takes what it gets. */
function commands({ url, workflows }: Parameters<typeof banner>[0]): string[] {
  const open = workflows.find((workflow) => workflow.takesAnything);
  const start = open ? [`curl -X POST '${url}/workflows/${open.name}/runs?wait=20s'`] : [];
  return [...start, `curl ${url}/runs`, `curl ${url}/openapi.json`];
}
