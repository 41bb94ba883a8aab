/** An interpreter of a small workflow language in JSON: users write the workflows, the deployment stays as it is. */
import { type Coroutine, gather, sleep, step, workflow } from 'lull';
import { outside } from './outside.ts';

/** `{{name}}` in a text stands for a variable. */
export type Statement =
  | { readonly do: 'activity'; readonly name: string; readonly with?: string; readonly into?: string }
  | { readonly do: 'sequence' | 'parallel'; readonly of: readonly Statement[] }
  | { readonly do: 'wait'; readonly for: string }
  | {
      readonly do: 'if';
      readonly variable: string;
      readonly is: string;
      readonly then: Statement;
      readonly else?: Statement;
    };

type Variables = Record<string, string>;

const ACTIVITIES: Readonly<Record<string, (argument: string) => string>> = {
  greet: (name) => outside.does(`hello ${name}`),
  shout: (text) => outside.does(text.toUpperCase()),
};

export const interpret = workflow('interpret', function* (program: { variables: Variables; statement: Statement }) {
  const variables = { ...program.variables };
  yield* execute(program.statement, variables);
  return variables;
});

function* execute(statement: Statement, variables: Variables): Coroutine<void> {
  switch (statement.do) {
    case 'activity': {
      const argument = (statement.with ?? '').replace(/\{\{(\w+)\}\}/g, (_, name: string) => variables[name] ?? '');
      const activity = ACTIVITIES[statement.name];
      if (activity === undefined) throw new Error(`there is no activity "${statement.name}"`);
      const result = yield* step(statement.name, () => activity(argument));
      if (statement.into !== undefined) variables[statement.into] = result;
      return;
    }
    case 'sequence':
      for (const each of statement.of) yield* execute(each, variables);
      return;
    case 'parallel':
      yield* gather(statement.of.map((each) => execute(each, variables)));
      return;
    case 'wait':
      yield* sleep(statement.for);
      return;
    case 'if': {
      const branch = variables[statement.variable] === statement.is ? statement.then : statement.else;
      if (branch !== undefined) yield* execute(branch, variables);
    }
  }
}
