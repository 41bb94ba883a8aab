/** A duration that is written out, and that lull would refuse when the run comes to it. */
import type { Rule } from 'eslint';
import { toMilliseconds } from '../../core/duration.ts';
import { suggest } from '../../core/suggest.ts';
import { toError } from '../../core/to-error.ts';
import { lullName, originOf } from '../imported-name.ts';
import {
  type CallNode,
  isCall,
  type Node,
  propertyName,
  propertyOf,
  textOf,
  unwrap,
  valueOf,
  variableOf,
} from '../syntax.ts';

/** Where a call takes durations: as arguments, and in options, by their path. */
interface Durations {
  readonly arguments?: readonly number[];
  readonly options?: readonly string[];
}

const STEP = ['timeout', 'totalTimeout', 'heartbeatTimeout', 'retry.firstDelay', 'retry.maxDelay'];

const CALLS: ReadonlyMap<string, Durations> = new Map([
  ['RetryAfterError', { arguments: [0] }],
  ['asCompleted', { options: ['timeout'] }],
  ['callback', { options: ['timeout', 'heartbeatTimeout'] }],
  ['defineStep', { options: STEP }],
  ['poll', { options: ['every', 'maxEvery', 'timeout', ...STEP] }],
  ['remoteStep', { options: STEP }],
  ['retry', { options: ['firstDelay', 'maxDelay'] }],
  ['sleep', { arguments: [0] }],
  ['startRun', { options: ['delay', 'timeout'] }],
  ['step', { options: STEP }],
  ['timeout', { arguments: [0] }],
  ['wait', { options: ['timeout'] }],
  ['waitFor', { arguments: [1] }],
  ['waitUntil', { options: ['timeout'] }],
  ['workflow', { options: ['timeout', 'retention', ...STEP.map((path) => `steps.${path}`)] }],
]);

const UNITS = ['milliseconds', 'seconds', 'minutes', 'hours', 'days', 'weeks'];

export const validDuration: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'Require that a duration which is written out is one.' },
    hasSuggestions: true,
    schema: [],
    messages: {
      invalid: '{{problem}}.',
      unit: 'Write {{text}}.',
    },
  },

  create(context) {
    const { sourceCode } = context;

    const check = (node: Node | undefined): void => {
      const duration = node && literalDuration(node);
      if (node === undefined || duration === undefined) return;
      const problem = problemOf(duration);
      if (problem === undefined) return;
      const text = typeof duration === 'string' ? corrected(duration) : undefined;
      context.report({
        node,
        messageId: 'invalid',
        data: { problem },
        suggest:
          text === undefined
            ? []
            : [
                {
                  messageId: 'unit',
                  data: { text: `'${text}'` },
                  fix: (fixer) => fixer.replaceText(node, `'${text}'`),
                },
              ],
      });
    };

    const checkCall = (call: CallNode): void => {
      const durations = CALLS.get(lullName(sourceCode, call.callee) ?? '');
      for (const index of durations?.arguments ?? []) check(call.arguments[index]);
      for (const path of durations?.options ?? []) {
        for (const argument of call.arguments) check(at(argument, path));
      }
    };

    const isClockOfKit = (callee: Node): boolean => {
      const inner = unwrap(callee);
      if (inner.type !== 'MemberExpression' || propertyName(inner) !== 'advance') return false;
      const engine = unwrap(inner.object);
      const value = engine.type === 'Identifier' ? valueOf(variableOf(sourceCode, engine)) : undefined;
      const origin = isCall(value) ? originOf(sourceCode, value.callee) : undefined;
      return origin?.module === 'lull/testing' && origin.name === 'createTestEngine';
    };

    return {
      CallExpression(node) {
        checkCall(node);
        if (isClockOfKit(node.callee)) check(node.arguments[0]);
      },
      NewExpression: checkCall,
    };
  },
};

function at(options: Node, path: string): Node | undefined {
  let value: Node | undefined = options;
  for (const name of path.split('.')) value = propertyOf(value, name);
  return value;
}

/** A text, a number, or an object of numbers; undefined for what is only known when the code runs. */
function literalDuration(node: Node): unknown {
  const inner = unwrap(node);
  const text = textOf(inner);
  if (text !== undefined) return text;
  if (inner.type === 'UnaryExpression' && inner.operator === '-') {
    const value = literalDuration(inner.argument);
    return typeof value === 'number' ? -value : undefined;
  }
  if (inner.type === 'Literal') return typeof inner.value === 'number' ? inner.value : undefined;
  if (inner.type !== 'ObjectExpression' || inner.properties.length === 0) return undefined;
  const parts: Record<string, unknown> = {};
  for (const property of inner.properties) {
    if (property.type !== 'Property') return undefined;
    const name = propertyName(property);
    const value = literalDuration(property.value);
    if (name === undefined || typeof value !== 'number') return undefined;
    parts[name] = value;
  }
  return parts;
}

function problemOf(duration: unknown): string | undefined {
  try {
    toMilliseconds(duration as string);
    return undefined;
  } catch (error) {
    return toError(error).message.replace(/^the duration/, 'A duration');
  }
}

/** The text with its unit spelled right, if that makes a duration of it. */
function corrected(text: string): string | undefined {
  const better = text.replaceAll(/[a-zA-Z]+/g, (unit) => suggest(unit, UNITS) ?? unit);
  return better !== text && problemOf(better) === undefined ? better : undefined;
}
