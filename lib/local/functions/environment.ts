/** The environment variables of a sandbox: what Lambda sets, and what the function's description says. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../ports/clock.ts';
import type { FunctionResource } from '../resources.ts';
import { clockOffsetMs, offsetVariable } from '../time/clock-offset.ts';
import { isNodeOf } from './node-version.ts';
import type { TaskFolder } from './task-folder.ts';

export interface SandboxEnvironmentOptions {
  readonly function: FunctionResource;
  readonly version: string;
  readonly region: string;
  readonly clock: Clock;
  readonly folder: TaskFolder;
  /** Rules over the template. */
  readonly extra: Readonly<Record<string, string>>;
}

/** Of an isolated sandbox: nothing of this shell's. All but the address of the Runtime API. */
export function sandboxEnvironment(options: SandboxEnvironmentOptions): Record<string, string> {
  const { version, region, clock, folder } = options;
  const { name, memoryMb, runtime, handler, logFormat } = options.function;
  return {
    // those that a template may replace
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: folder.root, // not the developer's: the SDK would read the profiles there
    // told already; and the SDK means the Node that the template does not ask for
    ...(!isNodeOf(runtime) && { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }),
    ...options.function.environment,
    ...options.extra,
    // those that it may not
    _HANDLER: handler,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_FORMAT: logFormat ?? 'Text',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName(version, clock),
    LAMBDA_TASK_ROOT: folder.task,
    LAMBDA_RUNTIME_DIR: folder.runtime,
    [offsetVariable]: String(clockOffsetMs(clock)),
  };
}

/** `2027/01/31/[$LATEST]0f...`, one for each sandbox. */
function logStreamName(version: string, clock: Clock): string {
  const day = new Date(clock.nowMs()).toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[${version}]${randomBytes(16).toString('hex')}`;
}

/** Of a sandbox that is not isolated: the function's own variables, and Lambda's names. */
export function processEnvironment(
  options: Pick<SandboxEnvironmentOptions, 'function' | 'region' | 'extra'>,
): Record<string, string> {
  const { name, memoryMb, handler, environment } = options.function;
  return {
    AWS_REGION: options.region,
    AWS_DEFAULT_REGION: options.region,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    ...options.extra,
    ...environment,
    _HANDLER: handler,
  };
}
