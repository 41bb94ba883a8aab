/** States by key, which outlive the runs that use them. */
import type { Awaitable } from '../core/awaitable.ts';
import { registerOwnClass } from '../core/class-registry.ts';
import { checkPlainName } from '../core/check-name.ts';
import { describeValue } from '../core/describe-value.ts';
import {
  type Entity,
  type EntityDefinition,
  type EntityHandlers,
  type EntityReads,
  entityRunId,
  setEntity,
} from '../core/entity.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { checkNotOwn } from '../core/own-names.ts';
import { definitionOf, setDefinition } from '../core/workflow.ts';
import { callHandler, callRead } from './call-entity.ts';
import { type EntityCode, RunningEntity } from './running-entity.ts';
import { makeWorkflow } from './workflow.ts';

/** What an entity is made of. */
export interface EntityOptions<S extends object, H, Q> {
  /** The state of a key before its first call: an object. It is a plain function that answers at once. */
  initial: (key: string) => S;
  /**
   * What changes the state, by name. Each is given the state, and what its caller passes, and works on the state itself.
   * One runs at a time for each key. A generator may await steps, sleeps, other entities; what it returns is the answer. One
   * that throws leaves the state as it was.
   */
  handlers: H & EntityHandlers<S>;
  /** What looks at the state, by name: plain functions. They wake no worker, and what they change has no effect. */
  reads?: Q & EntityReads<S>;
}

/**
 * States by key: a counter for each page, a cart for each customer. The state of a key is stored from one call to the next,
 * for years, and one handler changes it at a time. An idle one costs its storage alone.
 *
 * In a workflow `counter('a').add(1)` is awaited; from outside it is `client.entity(counter, 'a').add(1)`. Each call is
 * carried out once, whatever crashes, in the order in which calls are accepted. The first call of a key begins its entity: a
 * run with the id `NAME:KEY`. Entities are registered beside workflows.
 *
 * A key has letters, digits and `. _ : -`. What a handler throws is thrown to its caller. A state that cannot be stored
 * (UnserializableValueError), or is too large (PayloadTooLargeError), fails the call, and the state stays.
 *
 * @example
 * ```ts
 * const counter = entity('counter', {
 *   initial: () => ({ sum: 0 }),
 *   handlers: {
 *     add(state, n: number) {
 *       return (state.sum += n);
 *     },
 *   },
 *   reads: { get: (state) => state.sum },
 * });
 * const visit = workflow('visit', function* (page: string) {
 *   return yield* counter(page).add(1);
 * });
 *
 * const engine = createTestEngine({ workflows: [counter, visit] });
 * await engine.run(visit, 'home'); // => 1
 * await engine.entity(counter, 'home').add(2); // => 3
 * await engine.entity(counter, 'home').get(); // => 3
 * await engine.entity(counter, 'about').get(); // => 0
 * ```
 */
export function entity<S extends object, H, Q = object>(name: string, options: EntityOptions<S, H, Q>): Entity<H & Q> {
  checkPlainName(name, 'an entity');
  checkNotOwn(name);
  const code = toCode(name, options);
  const { definition } = code;
  const Calls = classOfCalls(definition);
  const made = (key: string): object => new Calls(entityRunId(definition, key));
  Object.defineProperty(made, 'name', { value: name });
  const run = makeWorkflow<unknown, unknown, never>(name, (input) => new RunningEntity(code, input).run());
  setDefinition(made, { ...definitionOf(run), entity: definition });
  setEntity(made, definition);
  return made as unknown as Entity<H & Q>;
}

function toCode(name: string, options: unknown): EntityCode {
  const fail = (problem: string): WorkflowCodeError =>
    new WorkflowCodeError('INVALID_ARGUMENT', `entity "${name}" ${problem}`);
  if (typeof options !== 'object' || options === null) {
    throw fail(`was given ${describeValue(options)}: give { initial, handlers } and, if you like, reads`);
  }
  const unknown = Object.keys(options).find((option) => !['initial', 'handlers', 'reads'].includes(option));
  if (unknown !== undefined) throw fail(`has no option "${unknown}": there are initial, handlers, reads`);
  const { initial, handlers, reads = {} } = options as { readonly [option: string]: unknown };
  if (typeof initial !== 'function') {
    throw fail(
      `has initial ${describeValue(initial)}: give a function that makes the state of a key, (key) => ({ ... })`,
    );
  }
  const of = { handlers: functionsOf('handlers', handlers, fail), reads: functionsOf('reads', reads, fail) };
  if (Object.keys(of.handlers).length === 0) throw fail('has no handlers: give { add(state, n) { ... } }');
  const both = Object.keys(of.handlers).find((each) => Object.hasOwn(of.reads, each));
  if (both !== undefined) throw fail(`has a handler and a read "${both}": give one of them another name`);
  const definition = { name, handlers: Object.keys(of.handlers), reads: Object.keys(of.reads) };
  return { definition, initial: initial as EntityCode['initial'], ...of };
}

function functionsOf(
  what: 'handlers' | 'reads',
  functions: unknown,
  fail: (problem: string) => WorkflowCodeError,
): EntityCode['handlers'] {
  if (typeof functions !== 'object' || functions === null) {
    throw fail(`has ${what} ${describeValue(functions)}: give an object of functions`);
  }
  for (const [name, each] of Object.entries(functions)) {
    checkPlainName(name, what === 'reads' ? 'a read of an entity' : 'a handler of an entity');
    if (name === 'then') throw fail(`has ${what} with the name "then": an await would call it. Choose another name`);
    const kind = typeof each === 'function' ? Object.prototype.toString.call(each) : 'none';
    if (kind === 'none') throw fail(`has ${what} with "${name}", which is ${describeValue(each)}: give a function`);
    if (kind.includes('Async')) {
      throw fail(
        what === 'reads'
          ? `has an async read "${name}": give a plain function, which looks at the state and answers at once`
          : `has an async handler "${name}": give a generator, with yield* step(...) where it waits`,
      );
    }
  }
  return functions as EntityCode['handlers'];
}

interface Calls {
  readonly runId: string;
}

/** Calls are data: the id of the run, and what the class has of the entity. They can be kept, and given to a step or a child. */
function classOfCalls(definition: EntityDefinition): new (runId: string) => Calls {
  class CallsOfEntity implements Calls {
    readonly runId: string;

    constructor(runId: string) {
      this.runId = runId;
      Object.defineProperty(this, 'runId', { enumerable: false });
    }
  }
  for (const name of definition.handlers) {
    addMethod(CallsOfEntity.prototype, name, function (this: Calls, ...args) {
      return callHandler(definition, this.runId, name, args);
    });
  }
  for (const name of definition.reads) {
    addMethod(CallsOfEntity.prototype, name, function (this: Calls, ...args) {
      return callRead(definition, this.runId, name, args);
    });
  }
  const name = `lull/entity/${definition.name}`;
  registerOwnClass(CallsOfEntity, {
    name,
    toData: ({ runId }) => runId,
    fromData: (runId) => new CallsOfEntity(runId),
  });
  return CallsOfEntity;
}

function addMethod(
  prototype: object,
  name: string,
  method: (this: Calls, ...args: unknown[]) => Awaitable<unknown>,
): void {
  Object.defineProperty(prototype, name, { value: method });
}
