/** A piece of code that a rule lets pass, or finds something in. */
import type { RuleTester } from 'eslint';

export interface Case {
  readonly name: string;
  readonly code: string;
  readonly options?: unknown[];
}

export interface InvalidCase extends Case {
  readonly errors: RuleTester.TestCaseError[];
  /** After the fix; null where there is none. */
  readonly output?: string | null;
}

export interface Cases {
  readonly valid: readonly Case[];
  readonly invalid: readonly InvalidCase[];
}

/** The body of a workflow, with the names that it uses imported. */
export function inWorkflow(body: string, imports = ''): string {
  return `${imports}${importLull(body, 'workflow')}
export const w = workflow('w', function* (input) {
  ${body}
});
`;
}

const NAMES = [
  ...['Queue', 'Event', 'Lock', 'asCompleted', 'batch', 'callback', 'child', 'createTask', 'defineStep', 'gather'],
  ...['getRun', 'isCancelled', 'CancelledError', 'log', 'now', 'poll', 'race', 'retry', 'saga', 'shield', 'signal'],
  ...[
    'sleep',
    'startChild',
    'step',
    'taskGroup',
    'timeout',
    'TimeoutError',
    'wait',
    'waitFor',
    'waitUntil',
    'workflow',
  ],
  ...[
    'query',
    'update',
    'StepFailedError',
    'RetryAfterError',
    'Future',
    'uuid',
    'random',
    'stepContext',
    'isCancelled',
  ],
];

export function importLull(code: string, ...more: string[]): string {
  const used = NAMES.filter((name) => more.includes(name) || new RegExp(`(?<![\\w.'])${name}\\b`).test(code));
  return `import { ${[...new Set(used)].join(', ')} } from 'lull';\n`;
}
