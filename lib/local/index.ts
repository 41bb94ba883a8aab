/** What runs workflows on this machine: one of them to its end, or the whole cloud. */
export { startLocalCloud } from './local-cloud.ts';
export type { LocalCloud } from './local-cloud.ts';
export type { LocalCloudOptions } from './local-cloud-options.ts';
export { LocalCloudError } from './local-cloud-error.ts';
export type { LocalCloudErrorCode } from './local-cloud-error.ts';
export type { LocalCloudNotice } from './notice.ts';
export { NothingToWaitForError, run } from './run.ts';
export { startStackCloud } from './stack/stack-cloud.ts';
export type { StackCloud, StackFunctionState } from './stack/stack-cloud.ts';
export type { StackCloudOptions } from './stack/stack-cloud-options.ts';
export type { StackClientOptions } from './stack/stack-client.ts';
export { StackError } from './stack/stack-error.ts';
export type { StackErrorCode } from './stack/stack-error.ts';
export type { StackNotice } from './stack/stack-notice.ts';
