/** `lull/local`: what runs workflows on this machine, one of them to its end, or the whole cloud. */
export { startLocalCloud } from './local-cloud.ts';
// eslint-disable-next-line @typescript-eslint/no-deprecated -- it is exported for those that still use it
export { startStackCloud } from './local-cloud.ts';
export type { FunctionState, LocalCloud } from './running-cloud.ts';
export type { LocalCloudOptions, TemplateCloudOptions } from './cloud-options.ts';
export type { LocalClientOptions } from './client.ts';
export { CloudError } from './cloud-error.ts';
export type { CloudErrorCode } from './cloud-error.ts';
export type { CloudEvent } from './cloud-event.ts';
export { NothingToWaitForError, run } from './run.ts';
/** @deprecated The name is `CloudError`. */
export { CloudError as LocalCloudError, CloudError as StackError } from './cloud-error.ts';
/** @deprecated The name is `CloudErrorCode`. */
export type { CloudErrorCode as LocalCloudErrorCode, CloudErrorCode as StackErrorCode } from './cloud-error.ts';
/** @deprecated The name is `CloudEvent`. */
export type { CloudEvent as LocalCloudNotice, CloudEvent as StackNotice } from './cloud-event.ts';
/** @deprecated The names are `LocalCloud` and `FunctionState`. */
export type { LocalCloud as StackCloud, FunctionState as StackFunctionState } from './running-cloud.ts';
/** @deprecated The names are `TemplateCloudOptions` and `LocalClientOptions`. */
export type { TemplateCloudOptions as StackCloudOptions } from './cloud-options.ts';
export type { LocalClientOptions as StackClientOptions } from './client.ts';
