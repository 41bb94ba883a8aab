/** An agent with tools as steps, in a loop; what is dangerous waits for a person. */
import { step, signal, timeout, TimeoutError, workflow } from 'lull';
import { outside } from './outside.ts';

export const decided = signal<{ call: string; isAllowed: boolean }>('decided');

interface Call {
  readonly tool: keyof typeof TOOLS;
  readonly argument: string;
}

type Answer = { readonly say: string } | { readonly call: Call };

/** What is said so far, the results of tools included. */
type Conversation = readonly string[];

const TOOLS = {
  search: { isDangerous: false, run: (text: string) => outside.does(`found ${text}`) },
  pay: { isDangerous: true, run: (text: string) => outside.does(`paid ${text}`) },
} as const;

/** In place of a model. */
function answer(said: Conversation): Answer {
  if (said.length === 1) return { call: { tool: 'search', argument: said[0] ?? '' } };
  if (said.length === 2) return { call: { tool: 'pay', argument: '20 EUR' } };
  return { say: said.at(-1)?.startsWith('paid') === true ? 'It is on its way.' : 'Then not.' };
}

export const agent = workflow('agent', function* (wish: string) {
  const said = [wish];
  for (let turn = 1; turn <= 10; turn += 1) {
    const next = yield* step('ask the model', { key: `turn ${turn}` }, () => answer(said));
    if ('say' in next) return next.say;
    const { tool, argument } = next.call;
    const isAllowed = !TOOLS[tool].isDangerous || (yield* askAPerson(`${tool} ${argument}`));
    said.push(isAllowed ? yield* step(tool, () => TOOLS[tool].run(argument)) : 'not allowed');
  }
  throw new Error('the agent does not come to an end');
});

function* askAPerson(call: string) {
  yield* step('ask a person', () => outside.does(`may I ${call}?`));
  try {
    return yield* timeout('1 day', function* () {
      for (;;) {
        const decision = yield* decided.receive();
        if (decision.call === call) return decision.isAllowed;
      }
    });
  } catch (error) {
    if (error instanceof TimeoutError) return false;
    throw error;
  }
}
