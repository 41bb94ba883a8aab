/** The AWS credentials and the region at hand: those of the SDK's usual chain, with profiles. */
import type { LocalCredentials } from '../../client/local-address.ts';

export interface AwsIdentity {
  readonly credentials: LocalCredentials;
  readonly region: string;
}

/** Gives them, or what is missing and what to do. */
export async function readAwsIdentity({
  region,
  profile,
}: {
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
}): Promise<AwsIdentity | { readonly problem: string }> {
  // Any client of the SDK knows the chain. This one is there.
  const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
  const client = new DynamoDBClient({
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
  });
  try {
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = await client.config.credentials();
    if (expiration !== undefined && expiration.getTime() <= Date.now()) {
      return {
        problem: `the AWS credentials have expired: sign in again (aws sso login), or choose another --profile`,
      };
    }
    const credentials = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
    return { credentials, region: await client.config.region() };
  } catch (error) {
    return { problem: describeProblem(error as Error) };
  } finally {
    client.destroy();
  }
}

function describeProblem({ message }: Error): string {
  if (/region is missing/i.test(message)) return 'the AWS region is not known: give --region, or set AWS_REGION';
  if (/token (is|has) .*expired|session .*expired|refresh failed/i.test(message)) {
    return `the AWS session has expired: sign in again (aws sso login), or choose another --profile (${oneLine(message)})`;
  }
  if (/could not load credentials/i.test(message)) {
    return 'there are no AWS credentials: sign in (aws sso login), choose a --profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
  }
  return `the AWS credentials cannot be read: ${oneLine(message)}`;
}

function oneLine(message: string): string {
  return message.replace(/\s+/g, ' ').trim();
}
