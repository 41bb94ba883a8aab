/** What runs workflows on this machine: one of them to its end, or the whole cloud. */
export { startLocalCloud } from './local-cloud.ts';
export type { LocalCloud } from './local-cloud.ts';
export type { LocalCloudOptions } from './local-cloud-options.ts';
export { LocalCloudError } from './local-cloud-error.ts';
export type { LocalCloudErrorCode } from './local-cloud-error.ts';
export type { LocalCloudNotice } from './notice.ts';
export { NothingToWaitForError, run } from './run.ts';
