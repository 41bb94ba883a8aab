/** What can be fuzzed, each with the files whose coverage leads the way. */
export const targets = {
  codec: '^lib/codec/',
  frames: '^lib/frames/(graph|runtime)/',
  kept: '^lib/archive/archive\\.ts$|^lib/engine/snapshot\\.ts$',
  duration: '^lib/core/duration\\.ts$',
  environment: '^lib/lambda/environment\\.ts$',
  sqs: '^lib/lambda/|^functions/create-worker-handler\\.ts$',
  http: '^lib/http/|^lib/lambda/http-event\\.ts$|^functions/create-api-handler\\.ts$',
  journal: '^lib/(journal|scheduler)/|^lib/engine/replay-run\\.ts$',
  'command-line': '^lib/cli/',
  /** Something to be found, to see that the loop finds it. */
  needle: '^test/fuzz/targets/needle\\.ts$',
} as const;

export type TargetName = keyof typeof targets;
