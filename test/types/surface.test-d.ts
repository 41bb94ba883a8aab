/**
 * The surface that `lull` has against the one that was designed (surface.d.ts): nothing is missing, and what was
 * written against the design compiles against the library.
 */
import { describe, expectTypeOf, test } from 'vitest';
import type * as lull from 'lull';
import type * as surface from './surface.d.ts';

type Lull = typeof lull;
type Surface = typeof surface;

test('every value of the design is exported', () => {
  expectTypeOf<Exclude<keyof Surface, keyof Lull>>().toEqualTypeOf<never>();
});

/** The names whose values in `Given` cannot stand where those in `Asked` are asked for. */
type Misfits<Given, Asked, Names extends keyof Given & keyof Asked> = {
  [Name in Names]: Given[Name] extends Asked[Name] ? never : Name;
}[Names];

test('a value that does not fit would be found', () => {
  type Asked = { readonly parse: (text: string) => number; readonly print: (value: number) => string };
  type Given = { readonly parse: (text: string) => bigint; readonly print: (value: number) => string };
  expectTypeOf<Misfits<Given, Asked, keyof Asked>>().toEqualTypeOf<'parse'>();
});

type ClassNames = {
  [Name in keyof Surface]: Surface[Name] extends new (...args: never[]) => unknown ? Name : never;
}[keyof Surface];
type ErrorNames = {
  [Name in keyof Surface]: Surface[Name] extends new (...args: never[]) => Error ? Name : never;
}[keyof Surface];
// `wait` names the class Future in what it takes, and a class with private parts is equal to nothing but itself:
// tasks.test-d.ts has it.
type FunctionNames = Exclude<keyof Surface, ClassNames | 'wait'>;
type Instance<C> = C extends abstract new (...args: never[]) => infer I ? I : never;

describe('what programs may rely on', () => {
  test('the comparison is about functions, classes and errors', () => {
    expectTypeOf<'gather' | 'saga' | 'log'>().toExtend<FunctionNames>();
    expectTypeOf<'Queue' | 'Future' | 'LullError'>().toExtend<ClassNames>();
    expectTypeOf<'CancelledError' | 'ExceptionGroup'>().toExtend<ErrorNames>();
    expectTypeOf<'Queue'>().not.toExtend<ErrorNames>();
  });

  test('each function takes and gives what was designed', () => {
    expectTypeOf<Misfits<Lull, Surface, FunctionNames>>().toEqualTypeOf<never>();
  });

  test('no function takes less or gives more than was designed', () => {
    expectTypeOf<Misfits<Surface, Lull, FunctionNames>>().toEqualTypeOf<never>();
  });

  test('each class is made as was designed, and has what was designed', () => {
    expectTypeOf<Misfits<Lull, Surface, Exclude<ClassNames, ErrorNames>>>().toEqualTypeOf<never>();
  });

  test('each error has what was designed, and those that authors make are made so', () => {
    type MisfitErrors = {
      [Name in ErrorNames]: Instance<Lull[Name]> extends Instance<Surface[Name]> ? never : Name;
    }[ErrorNames];
    expectTypeOf<MisfitErrors>().toEqualTypeOf<never>();
    type MadeByAuthors = 'CancelledError' | 'TimeoutError' | 'NonRetryableError' | 'RetryAfterError';
    expectTypeOf<Misfits<Lull, Surface, MadeByAuthors>>().toEqualTypeOf<never>();
  });
});

describe('the types of the design are those of the library', () => {
  test('words', () => {
    expectTypeOf<lull.Coroutine<1>>().toEqualTypeOf<surface.Coroutine<1>>();
    expectTypeOf<lull.Awaitable<1>>().toEqualTypeOf<surface.Awaitable<1>>();
    expectTypeOf<lull.Duration>().toEqualTypeOf<surface.Duration>();
    expectTypeOf<lull.Result<lull.Task<1>>>().toEqualTypeOf<surface.Result<surface.Task<1>>>();
    expectTypeOf<lull.Task<1>>().toEqualTypeOf<surface.Task<1>>();
    expectTypeOf<lull.Logger>().toEqualTypeOf<surface.Logger>();
  });

  test('workflows and steps', () => {
    expectTypeOf<lull.Workflow<1, 2, 3>>().toEqualTypeOf<surface.Workflow<1, 2, 3>>();
    expectTypeOf<Omit<lull.WorkflowOptions<1, 2>, 'history'>>().toEqualTypeOf<surface.WorkflowOptions<1, 2>>();
    expectTypeOf<lull.WorkflowOptions<1, 2>['history']>().toEqualTypeOf<'unbounded' | undefined>();
    expectTypeOf<lull.StandardSchemaV1<1, 2>>().toEqualTypeOf<surface.StandardSchemaV1<1, 2>>();
    expectTypeOf<lull.RetryPolicy>().toEqualTypeOf<surface.RetryPolicy>();
    expectTypeOf<lull.Pool>().toEqualTypeOf<surface.Pool>();
    expectTypeOf<lull.PoolLimits>().toEqualTypeOf<surface.PoolLimits>();
    expectTypeOf<lull.Rate>().toEqualTypeOf<surface.Rate>();
    expectTypeOf<lull.StepDefaults>().toEqualTypeOf<surface.StepDefaults>();
    expectTypeOf<lull.StepOptions>().toEqualTypeOf<surface.StepOptions>();
    expectTypeOf<lull.DefinedStepOptions<[1, 2]>>().toEqualTypeOf<surface.DefinedStepOptions<[1, 2]>>();
    expectTypeOf<lull.StepContext>().toEqualTypeOf<surface.StepContext>();
  });

  test('scopes that bodies are given', () => {
    expectTypeOf<lull.TimeoutScope>().toEqualTypeOf<surface.TimeoutScope>();
    expectTypeOf<lull.TaskGroup>().toEqualTypeOf<surface.TaskGroup>();
    // It takes more: any awaitable.
    expectTypeOf<lull.Saga>().toExtend<surface.Saga>();
    expectTypeOf<lull.Update<1, 2>>().toEqualTypeOf<surface.Update<1, 2>>();
    expectTypeOf<lull.Query<1, 2>>().toEqualTypeOf<surface.Query<1, 2>>();
    expectTypeOf<lull.Signal<1>>().toEqualTypeOf<surface.Signal<1>>();
  });
});
