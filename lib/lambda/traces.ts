/**
 * Traces by OpenTelemetry's API: one for each run, whichever Lambdas take its turns. Without an SDK in the process
 * nothing is recorded and nothing is sent.
 *
 * The trace's id follows from the run's, so that turns need not send it to each other. Their parent is a span that is
 * never recorded: a run may sleep for a year, and no process is there for all of it. The message of an error is left out: it
 * may quote an input.
 */
import { createHash } from 'node:crypto';
import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { callStepBody, type StepCommand } from '../core/command.ts';
import type { StepContext } from '../core/step.ts';
import type { EngineEvent, TurnBegan, TurnEnded, TurnOutcome } from '../ports/observer.ts';
import { currentScope, type Scope } from './scope.ts';

export interface Traces {
  /** For the engine's `observe`: a span for each turn. Turns are told apart by their scopes. */
  observe(event: EngineEvent): void;
  /** For the engine's `callBody`: a span for each attempt of a step, below that of its turn. */
  callBody(command: StepCommand, context: StepContext): unknown;
  /** Sends what is recorded, since Lambda stops the process after each invocation. Never throws. */
  flush(): Promise<void>;
}

/** `callBody` calls the body of a step, within the span of its attempt. */
export function createTraces(
  tracer: Tracer = trace.getTracer('lull'),
  callBody: Traces['callBody'] = callStepBody,
): Traces {
  const turns = new WeakMap<Scope, { readonly span: Span; readonly context: Context }>();
  return {
    observe(event) {
      const scope = currentScope();
      if (scope === undefined) return;
      if (event.kind === 'turn-began') {
        const parent = runContext(event.runId);
        const span = startTurn(tracer, parent, event);
        turns.set(scope, { span, context: trace.setSpan(parent, span) });
      } else if (event.kind === 'turn-ended') {
        const turn = turns.get(scope);
        if (turn !== undefined) endTurn(turn.span, event);
      }
    },
    callBody(command, step) {
      const scope = currentScope();
      const turn = scope && turns.get(scope);
      if (turn?.span.isRecording() !== true) return callBody(command, step);
      return callTraced(tracer, turn.context, command, step, callBody);
    },
    flush,
  };
}

/** Of a digest of the run's id: the first 16 bytes name the trace, the next 8 the span that stands for the run. */
export function traceIdsOf(runId: string): { readonly traceId: string; readonly spanId: string } {
  const digest = createHash('sha256').update(runId).digest('hex');
  return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48) };
}

function runContext(runId: string): Context {
  const run = { ...traceIdsOf(runId), traceFlags: TraceFlags.SAMPLED, isRemote: true };
  return trace.setSpanContext(ROOT_CONTEXT, run);
}

function startTurn(tracer: Tracer, parent: Context, { workflow, runId, epoch, atMs, takesOver }: TurnBegan): Span {
  // The platform's span for this invocation, if there is one: a link to Lambda's own trace.
  const invocation = trace.getSpanContext(context.active());
  const options = {
    kind: SpanKind.CONSUMER,
    startTime: atMs,
    links: invocation === undefined ? [] : [{ context: invocation }],
    attributes: {
      'lull.run.id': runId,
      'lull.workflow': workflow,
      'lull.turn.epoch': epoch,
      'lull.turn.takes_over': takesOver,
    },
  };
  return tracer.startSpan(`turn ${workflow}`, options, parent);
}

const BAD: ReadonlySet<TurnOutcome> = new Set(['error', 'failed', 'blocked']);

function endTurn(span: Span, { outcome, errorName, replayedEvents, stepsBegun, atMs }: TurnEnded): void {
  span.setAttributes({
    'lull.turn.outcome': outcome,
    'lull.turn.replayed_events': replayedEvents,
    'lull.turn.steps': stepsBegun,
    ...(errorName === undefined ? {} : { 'error.type': errorName }),
  });
  if (BAD.has(outcome)) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(atMs);
}

/** What the body does outside is traced below the span, where its libraries are. */
function callTraced(
  tracer: Tracer,
  parent: Context,
  command: StepCommand,
  step: StepContext,
  callBody: Traces['callBody'],
): unknown {
  const attributes = { 'lull.run.id': step.runId, 'lull.step.id': step.stepId, 'lull.step.attempt': step.attempt };
  const span = tracer.startSpan(`step ${command.name}`, { kind: SpanKind.INTERNAL, attributes }, parent);
  const end = (error?: unknown): void => {
    if (!span.isRecording()) return;
    if (error !== undefined) {
      span.setAttribute('error.type', error instanceof Error ? error.name : typeof error);
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  };
  // An attempt may end before its body does: by a timeout, or because its result is not awaited any more.
  step.signal.addEventListener('abort', () => end(step.signal.reason ?? new Error('aborted')), { once: true });
  return context.with(trace.setSpan(parent, span), () => {
    try {
      const value = callBody(command, step);
      if (!isThenable(value)) {
        end();
        return value;
      }
      const promise = Promise.resolve(value); // once: some begin their work each time when they are asked
      promise.then(
        () => end(),
        (error: unknown) => end(error ?? new Error('rejected with nothing')),
      );
      return promise;
    } catch (error) {
      end(error ?? new Error('threw nothing'));
      throw error;
    }
  });
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/** A collector that does not answer must not use up the invocation. */
const FLUSH_LIMIT_MS = 2_000;

async function flush(): Promise<void> {
  const registered = trace.getTracerProvider() as Flushing & { getDelegate?: () => Flushing };
  const provider = registered.getDelegate?.() ?? registered;
  if (provider.forceFlush === undefined) return; // there is no SDK
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, FLUSH_LIMIT_MS);
  });
  try {
    await Promise.race([provider.forceFlush(), limit]);
  } catch {
    // What is not sent is lost, and the turn is none the worse for it. The SDK has said so in its own log.
  } finally {
    clearTimeout(timer);
  }
}

interface Flushing {
  forceFlush?: () => Promise<unknown>;
}
