/**
 * What a schedule may give to its runs: what a template can carry, which is JSON. `JSON.stringify` by itself drops or
 * changes what it does not know (a Map becomes `{}`, NaN becomes null), and the run would start with another input.
 */
import { Token } from 'aws-cdk-lib';
import { pathText, type PathPart } from '../lib/codec/path.ts';
import { describeValue } from '../lib/core/describe-value.ts';
import { DeploymentError } from './deployment-error.ts';

/** EventBridge Scheduler sends no more to a target. */
const REQUEST_LIMIT_BYTES = 262_144;

/** Refuses an input that would not arrive as it is. `schedule` names it: `WorkflowEngine Shop/Workflows: schedule "nightly"`. */
export function checkScheduleInput(schedule: string, input: unknown): void {
  if (input === undefined) return;
  const found = findLoss(input, [], new Set());
  if (found === undefined) return;
  const { path, problem } = found;
  throw new DeploymentError(
    'INVALID_ARGUMENT',
    `${schedule} cannot give its runs this input: ${pathText(path)} is ${problem}. A template carries what JSON can hold: ` +
      'texts, numbers, true, false, null, arrays and plain objects; let the workflow make the rest of it',
  );
}

/** Refuses a request that EventBridge would not send. */
export function checkRequestSize(schedule: string, request: unknown): void {
  const bytes = Buffer.byteLength(JSON.stringify(request));
  if (bytes <= REQUEST_LIMIT_BYTES) return;
  throw new DeploymentError(
    'INVALID_ARGUMENT',
    `${schedule} cannot give its runs this input: the request has ${bytes} bytes with it, and EventBridge sends ` +
      `${REQUEST_LIMIT_BYTES}. Store what is large elsewhere, and give a reference to it`,
  );
}

interface Loss {
  readonly path: readonly PathPart[];
  readonly problem: string;
}

function findLoss(value: unknown, path: readonly PathPart[], around: ReadonlySet<unknown>): Loss | undefined {
  // What stands for a value of the deployment, such as a bucket's name, is put in by CloudFormation.
  if (value === null || typeof value === 'boolean' || Token.isUnresolved(value)) return undefined;
  if (typeof value === 'string') {
    return /\p{Surrogate}/u.test(value) ? { path, problem: 'a text with half a character in it' } : undefined;
  }
  if (typeof value === 'number') {
    const isKept = Number.isFinite(value) && !Object.is(value, -0);
    return isKept ? undefined : { path, problem: describeValue(value) };
  }
  if (typeof value !== 'object') return { path, problem: describeValue(value) };
  if (around.has(value)) return { path, problem: 'an object that it is part of' };
  return findLossWithin(value, path, new Set(around).add(value));
}

function findLossWithin(value: object, path: readonly PathPart[], around: ReadonlySet<unknown>): Loss | undefined {
  if (Array.isArray(value)) {
    // Not its own keys: a hole is an element that JSON takes for null.
    for (let index = 0; index < value.length; index += 1) {
      const loss = findLoss(value[index], [...path, index], around);
      if (loss !== undefined) return loss;
    }
    return undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  if (!isPlain || Object.prototype.toString.call(value) !== '[object Object]') {
    return { path, problem: describeValue(value) };
  }
  for (const [key, part] of Object.entries(value)) {
    const loss = findLoss(part, [...path, key], around);
    if (loss !== undefined) return loss;
  }
  return undefined;
}
