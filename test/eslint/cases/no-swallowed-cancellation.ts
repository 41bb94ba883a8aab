import { type Cases, inWorkflow } from './case.ts';

const swallowed = (body: string, options: unknown[] = []) => ({
  code: inWorkflow(body),
  options,
  errors: [{ messageId: 'swallowed', suggestions: 1 }],
});

export const noSwallowedCancellation: Cases = {
  valid: [
    {
      name: 'rethrown if it cancels',
      code: inWorkflow(
        `try { yield* sleep(1); } catch (error) { if (isCancelled(error)) throw error; log.error(error); }`,
      ),
    },
    {
      name: 'rethrown unless it is known',
      code: inWorkflow(`try { yield* sleep(1); } catch (error) { if (!(error instanceof TimeoutError)) throw error; }`),
    },
    {
      name: 'rethrown at its end',
      code: inWorkflow(
        `try { yield* sleep(1); } catch (error) { if (error instanceof TimeoutError) return; throw error; }`,
      ),
    },
    {
      name: 'its class is asked for',
      code: inWorkflow(
        `try { yield* sleep(1); } catch (error) { return error instanceof CancelledError ? 'cancelled' : 'failed'; }`,
      ),
    },
    {
      name: 'isCancelled asked for',
      code: inWorkflow(`try { yield* sleep(1); } catch (error) { return isCancelled(error); }`),
    },
    {
      name: 'nothing is awaited',
      code: inWorkflow(`try { JSON.parse(input); } catch { return 'bad'; } yield* sleep(1);`),
    },
    {
      name: 'within a step',
      code: inWorkflow(`yield* step('a', () => { try { JSON.parse(input); } catch { return 1; } });`),
    },
    {
      name: 'kept for later',
      code: inWorkflow(
        `let failure; try { yield* sleep(1); } catch (error) { failure = error; } yield* sleep(1); if (failure) throw failure;`,
      ),
    },
    {
      name: 'handed on to a future',
      code: inWorkflow(`const f = new Future(); try { yield* sleep(1); } catch (error) { f.setException(error); }`),
    },
    {
      name: 'a function of this file that rethrows',
      code: inWorkflow(
        `try { yield* sleep(1); } catch (error) { handle(error); }`,
        `function handle(error) { if (error.fatal) throw error; }\n`,
      ),
    },
    {
      name: 'a function that is named in the options',
      code: inWorkflow(
        `try { yield* sleep(1); } catch (error) { unlessCancelled(error); }`,
        `import { unlessCancelled } from './errors.js';\n`,
      ),
      options: [{ rethrowing: ['unlessCancelled'] }],
    },
    { name: 'finally', code: inWorkflow(`try { yield* sleep(1); } finally { yield* sleep(2); }`) },
    {
      name: 'an await in a function within',
      code: inWorkflow(`let pay; try { pay = function* () { yield* sleep(1); }; } catch { return; } yield* pay();`),
    },
    { name: 'another library', code: `function* f() { try { yield* g(); } catch { return; } }` },
  ],
  invalid: [
    { name: 'logged', ...swallowed(`try { yield* sleep(1); } catch (error) { log.error(error); }`) },
    {
      name: 'empty',
      code: inWorkflow(`try { yield* sleep(1); } catch { return; }`),
      errors: [
        {
          messageId: 'swallowed',
          suggestions: [
            {
              messageId: 'rethrow',
              output: inWorkflow(
                `try { yield* sleep(1); } catch (error) {\n    if (isCancelled(error)) throw error; return; }`,
              ).replace(`{ isCancelled, sleep, workflow }`, `{ sleep, workflow, isCancelled }`),
            },
          ],
        },
      ],
    },
    {
      name: 'collected',
      ...swallowed(`const errors = []; for (;;) { try { yield* sleep(1); } catch (error) { errors.push(error); } }`),
    },
    {
      name: 'one class is handled',
      ...swallowed(
        `try { yield* step('a', () => 1); } catch (error) { if (error instanceof StepFailedError) return 1; } return 2;`,
      ),
    },
    {
      name: 'in a task',
      ...swallowed(
        `const tick = function* () { for (;;) { try { yield* sleep(1); } catch { log.info('x'); } } }; createTask(tick()); yield* sleep(1);`,
      ),
    },
    {
      name: 'a function that only logs',
      code: inWorkflow(
        `try { yield* sleep(1); } catch (error) { note(error); }`,
        `function note(error) { console.log(error); }\n`,
      ),
      errors: [{ messageId: 'swallowed', suggestions: 1 }],
    },
  ],
};
