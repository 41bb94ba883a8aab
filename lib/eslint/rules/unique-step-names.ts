/**
 * Two steps of one name that both run in one coroutine: a history does not tell them apart, and code that is changed
 * later may give the result of one to the other.
 */
import type { Rule } from 'eslint';
import { lullName } from '../imported-name.ts';
import { exclude } from '../exclusive-branches.ts';
import { type CallNode, functionAround, type Node, parentOf, propertyOf, textOf } from '../syntax.ts';

export const uniqueStepNames: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'Disallow two steps of one name in one scope.' },
    schema: [],
    messages: {
      step:
        "Two steps here are named '{{name}}' (the other one is in line {{line}}): a history does not tell them apart, " +
        'and after a change of the code one may be given the result of the other. Give each a name of its own, or a `key`.',
      definition:
        "Two steps are defined with the name '{{name}}' (the other one is in line {{line}}): a history and a mock do not " +
        'tell them apart. Give each a name of its own.',
    },
  },

  create(context) {
    const { sourceCode } = context;
    const stepsByScope = new Map<Node, Map<string, CallNode[]>>();

    const check = (call: CallNode): void => {
      const maker = lullName(sourceCode, call.callee);
      if (maker !== 'step' && maker !== 'defineStep') return;
      const name = textOf(call.arguments[0]);
      if (name === undefined || propertyOf(call.arguments[1], 'key') !== undefined) return;
      const scope = functionAround(call) ?? sourceCode.ast;
      const steps = getOrMake(
        getOrMake(stepsByScope, scope, () => new Map<string, CallNode[]>()),
        `${maker} ${name}`,
        () => [],
      );
      const other = steps.find((each) => !exclude(each, call) && !isFollowedByEnd(each, call));
      steps.push(call);
      if (other === undefined) return;
      const data = { name, line: String(other.loc?.start.line ?? 0) };
      context.report({ node: call.arguments[0] ?? call, messageId: maker === 'step' ? 'step' : 'definition', data });
    };

    return { CallExpression: check };
  },
};

/** `if (...) { yield* step('mail', ...); return; }`: what stands behind runs only if this did not. */
function isFollowedByEnd(first: Node, second: Node): boolean {
  for (let node = first, parent = parentOf(node); parent; node = parent, parent = parentOf(node)) {
    if (parent.type !== 'BlockStatement' && parent.type !== 'IfStatement') continue;
    const [start = 0, end = 0] = parent.range ?? [];
    const [at = 0] = second.range ?? [];
    if (start <= at && at < end) return false;
    if (endsForGood(parent.type === 'BlockStatement' ? parent.body.at(-1) : parent.consequent)) return true;
    if (parentOf(parent)?.type === 'FunctionExpression') return false;
  }
  return false;
}

function endsForGood(node: Node | undefined): boolean {
  return (
    node?.type === 'ReturnStatement' ||
    node?.type === 'ThrowStatement' ||
    node?.type === 'ContinueStatement' ||
    node?.type === 'BreakStatement'
  );
}

function getOrMake<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
