/** What runs workflows on this machine: one of them to its end, or the whole cloud. */
export { startLocalCloud } from './local-cloud.ts';
export type { LocalCloud } from './local-cloud.ts';
export type { LocalCloudOptions } from './local-cloud-options.ts';
export { CloudError } from './cloud-error.ts';
export type { CloudErrorCode } from './cloud-error.ts';
export type { CloudEvent } from './cloud-event.ts';
export { NothingToWaitForError, run } from './run.ts';
export { startStackCloud } from './stack-cloud.ts';
export type { StackCloud, StackFunctionState } from './stack-cloud.ts';
export type { StackCloudOptions } from './stack-cloud-options.ts';
export type { StackClientOptions } from './client.ts';
/** @deprecated The name is `CloudError`. */
export { CloudError as LocalCloudError, CloudError as StackError } from './cloud-error.ts';
/** @deprecated The names are `CloudErrorCode` and `CloudEvent`. */
export type { CloudErrorCode as LocalCloudErrorCode, CloudErrorCode as StackErrorCode } from './cloud-error.ts';
/** @deprecated The name is `CloudEvent`. */
export type { CloudEvent as LocalCloudNotice, CloudEvent as StackNotice } from './cloud-event.ts';
