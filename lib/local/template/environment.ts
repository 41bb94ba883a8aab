/** The environment of an assembly's stacks: an account and a region, and what follows from these. */
import { CloudError } from '../cloud-error.ts';
import type { TemplateFile } from './template-file.ts';

export interface CloudEnvironment {
  readonly accountId: string;
  readonly region: string;
  readonly partition: string;
  readonly urlSuffix: string;
}

/** An app that says for which account and region it is gets these, as their names are in its texts. */
export function environmentOf(files: readonly TemplateFile[]): CloudEnvironment {
  const accountId = onlyOne('account', files) ?? '000000000000';
  const region = onlyOne('region', files) ?? 'us-east-1';
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  return { accountId, region, partition, urlSuffix: partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com' };
}

function onlyOne(what: 'account' | 'region', files: readonly TemplateFile[]): string | undefined {
  const found = [...new Set(files.flatMap((file) => file[what] ?? []))];
  if (found.length <= 1) return found[0];
  throw new CloudError(
    'NOT_SUPPORTED',
    `the stacks are for ${found.length} ${what}s (${found.join(', ')}), and the local cloud is one: name one *.template.json`,
  );
}
