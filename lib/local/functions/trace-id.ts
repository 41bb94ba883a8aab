import { randomBytes } from 'node:crypto';

/** An X-Ray header of Lambda's, not sampled: `Root=1-67891233-abcdef012345678912345678;Parent=...;Sampled=0`. */
export function createTraceId(nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000)
    .toString(16)
    .padStart(8, '0');
  return `Root=1-${seconds}-${randomBytes(12).toString('hex')};Parent=${randomBytes(8).toString('hex')};Sampled=0`;
}
