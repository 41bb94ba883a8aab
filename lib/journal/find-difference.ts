/**
 * Whether a command that the code asks for is the one that the journal has at its place (I8): of the same position, kind
 * and name, with the same key or arguments, and after as many random numbers.
 *
 * What the journal does not say is not compared: arguments and random numbers of a journal of before they were recorded,
 * arguments of a step that had none. A step that has been given a key since is known by that alone.
 */
import { clampText } from '../core/clamp-text.ts';
import { describeValue } from '../core/describe-value.ts';
import type { RecordedOperation } from '../core/operation.ts';
import type { CommandEntry, CommandId, RecordedCommand, StepRequested } from './event.ts';
import type { WriteRequested } from './stream-entries.ts';

export interface Difference {
  readonly journal: string;
  /** Goes on after `the code`. */
  readonly code: string;
}

export interface ComparisonContext {
  /** The journal counts random numbers. */
  readonly countsDraws: boolean;
  /** The arguments of a step that the code asks for, to be shown. */
  argumentsOf?(id: CommandId): readonly unknown[] | undefined;
}

/** Both sides of the first difference; undefined if there is none. */
export function findDifference(
  recorded: RecordedCommand | WriteRequested,
  asked: CommandEntry,
  context: ComparisonContext,
): Difference | undefined {
  if (recorded.kind === 'write' && asked.kind === 'write' && isSameWrite(recorded, asked)) return undefined;
  if (recorded.kind === 'write' || asked.kind === 'patched' || asked.kind === 'write' || !isAtPlace(recorded, asked)) {
    return { journal: describeCommandEntry(recorded), code: `asks for ${describeCommandEntry(asked)}` };
  }
  const identity = identityDifference(recorded, asked, context);
  if (identity !== undefined) {
    const what = describeCommandEntry(recorded);
    return { journal: `${what} with ${identity.recorded}`, code: `asks for ${what} with ${identity.asked}` };
  }
  const [before = 0, now = 0] = [recorded.draws, asked.draws];
  if (!context.countsDraws || before === now) return undefined;
  return {
    journal: `${drawsText(before)} before ${describeCommandEntry(recorded)}`,
    code: `draws ${drawsText(now)} before it (a uuid() draws 32; a library with a pool of random bytes belongs in a step)`,
  };
}

/** The values are not compared: they are in the stream, as the code of then wrote them. */
function isSameWrite(recorded: WriteRequested, asked: WriteRequested): boolean {
  return recorded.name === asked.name && recorded.count === asked.count;
}

function drawsText(draws: number): string {
  return draws === 1 ? '1 random number' : `${draws} random numbers`;
}

function isAtPlace(recorded: RecordedCommand, asked: RecordedCommand): boolean {
  const isSame = recorded.id === asked.id && recorded.kind === asked.kind && recorded.name === asked.name;
  return isSame && sameOperation(operationOf(recorded), operationOf(asked));
}

function operationOf(command: RecordedCommand): RecordedOperation | undefined {
  return command.kind === 'step' ? command.operation : undefined;
}

function sameOperation(recorded: RecordedOperation | undefined, asked: RecordedOperation | undefined): boolean {
  return recorded?.kind === asked?.kind && targetOf(recorded) === targetOf(asked);
}

/** The other run, or the function. */
function targetOf(operation: RecordedOperation | undefined): string | undefined {
  return operation?.kind === 'invoke' ? operation.functionName : operation?.runId;
}

/** As in `#3 step "charge"`, `#4 signal "paid" of run "r1"`, `patch "mail"`, `a value for stream "tokens"`. */
export function describeCommandEntry(asked: CommandEntry): string {
  if (asked.kind === 'patched') return `patch "${asked.patch}"`;
  if (asked.kind === 'write')
    return `${asked.count === 1 ? 'a value' : `${asked.count} values`} for stream "${asked.name}"`;
  const operation = operationOf(asked);
  if (operation === undefined) return `#${asked.id} ${asked.kind} "${asked.name}"`;
  const of = operation.kind === 'invoke' ? 'by function' : 'of run';
  return `#${asked.id} ${operation.kind} "${asked.name}" ${of} "${targetOf(operation)}"`;
}

function identityDifference(
  recorded: RecordedCommand,
  asked: RecordedCommand,
  context: ComparisonContext,
): { readonly recorded: string; readonly asked: string } | undefined {
  if (recorded.kind !== 'step' || asked.kind !== 'step') return undefined;
  if (recorded.key !== undefined) {
    return recorded.key === asked.key ? undefined : { recorded: keyText(recorded), asked: keyText(asked) };
  }
  if (recorded.args === undefined || asked.key !== undefined || recorded.args === asked.args) return undefined;
  return { recorded: 'other arguments', asked: argumentsText(context.argumentsOf?.(asked.id) ?? []) };
}

function keyText({ key }: StepRequested): string {
  return key === undefined ? 'no key' : `the key ${describeValue(key)}`;
}

const ARGUMENTS_SHOWN = 120;

/** As in `the arguments ("ada", an object)`. */
function argumentsText(args: readonly unknown[]): string {
  if (args.length === 0) return 'none';
  return `the arguments (${clampText(args.slice(0, 20).map(describeValue).join(', '), ARGUMENTS_SHOWN)})`;
}
