/** Values that a run gives away while it goes on. asyncio has nothing like it: its readers live in the same process. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { checkPathName } from '../core/check-name.ts';
import { describeValue } from '../core/describe-value.ts';
import type { Encoded } from '../core/encoded.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { currentLoop } from '../core/loop.ts';
import type { StandardSchema } from '../core/standard-schema.ts';
import { setStreamSchema, type Stream, type StreamOptions, streamSchema } from '../core/stream.ts';
import { validOrThrow } from '../core/validate.ts';
import { checkSchema } from './check-schema.ts';
import { type Call, lazy } from './lazy.ts';

/**
 * Names a stream of values that a run gives away while it goes on, such as the tokens of a language model or its progress.
 * Made once, outside of workflows; inside, each run has a stream of its own. Readers follow it from anywhere, from any
 * place in it, also late and after the end: `run.stream(progress)`, or HTTP.
 *
 * A workflow writes with `yield* progress.write(value)`, the body of a step with `stepContext().write(progress, value)`.
 * What is written is kept in order, each value under its number from 1, until the run is purged or deleted.
 *
 * @example
 * ```ts
 * const tokens = stream<string>('tokens');
 *
 * const story = workflow('story', function* () {
 *   yield* tokens.write('Once');
 *   yield* step('model', (context) => {
 *     for (const token of [' upon', ' a', ' time']) context.write(tokens, token);
 *   });
 * });
 *
 * const engine = createTestEngine({ workflows: [story] });
 * const run = await engine.start(story);
 * let text = '';
 * for await (const { value } of run.stream(tokens, { follow: true })) text += value;
 * text; // => 'Once upon a time'
 * ```
 */
export function stream<T, In = T>(name: string, options: StreamOptions<T, In> = {}): Stream<T, In> {
  checkPathName(name, 'a stream');
  const given: unknown = options;
  if (typeof given !== 'object' || given === null) {
    throw new WorkflowCodeError(
      'INVALID_ARGUMENT',
      `the options of stream "${name}" are ${describeValue(given)}: give an object, { schema }, or nothing`,
    );
  }
  return new NamedStream<In>(name, checkSchema(`stream "${name}"`, options.schema));
}

class NamedStream<In> implements Stream<never, In> {
  readonly name: string;

  constructor(name: string, schema: StandardSchema | undefined) {
    this.name = name;
    setStreamSchema(this, schema);
  }

  write(value: In): Awaitable<void> {
    const call = `write() of stream "${this.name}"`;
    const what = `a value for stream "${this.name}"`;
    const { values } = currentLoop(call);
    const encoded = values.encode(validOrThrow(streamSchema(this), value, what), what);
    return lazy(call, new WriteCall(this.name, encoded));
  }
}

class WriteCall implements Call<void> {
  readonly name: string;
  readonly value: Encoded;

  constructor(name: string, value: Encoded) {
    this.name = name;
    this.value = value;
  }

  start(): Coroutine<void> {
    return writeNow(this.name, this.value);
  }
}

function* writeNow(name: string, value: Encoded): Coroutine<void> {
  currentLoop(`write() of stream "${name}"`).streams.write(name, value);
}
