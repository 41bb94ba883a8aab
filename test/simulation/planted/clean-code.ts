/**
 * The same plans without the bug, in a process of their own: what fails there as well was not found by the bug, and a plan that
 * does is not to be kept. Bundled as a program, it answers; imported, it asks.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Plan } from '../plan.ts';
import { simulate } from '../simulate.ts';

const ANSWERS = 'answers';

export interface CleanCode {
  readonly keepsTheRules: (plan: Plan) => Promise<boolean>;
  readonly end: () => void;
}

export function withoutTheBug(bundle: string): CleanCode {
  const child = fork(bundle, [ANSWERS], { serialization: 'advanced' });
  // A process that ends gives its exit code: it is no `true`.
  const end = once(child, 'exit');
  return {
    async keepsTheRules(plan) {
      child.send(plan);
      const [answer] = (await Promise.race([once(child, 'message'), end])) as [unknown];
      return answer === true;
    },
    end: () => void child.kill(),
  };
}

if (process.argv[2] === ANSWERS) {
  process.on('message', (plan: Plan) => {
    void simulate(plan).then(({ violation }) => process.send?.(violation === undefined));
  });
}
