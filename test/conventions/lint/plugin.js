// The rules that no public eslint plugin has. Each is a few lines; rules.test.ts shows what they find.

const builtins = new Set((await import('node:module')).builtinModules);

/** @type {import('eslint').ESLint.Plugin} */
export default {
  meta: { name: 'conventions' },
  rules: {
    'file-name': rule('A file is named, in kebab-case, for the one idea that it holds.', (context) => ({
      Program(node) {
        const name = context.filename.split(/[\\/]/).at(-1);
        const stem = name.replace(/(\.test|\.test-d|\.config|\.d)?\.tsx?$/, '');
        if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(stem)) {
          context.report({ node, message: `File '${name}' is not in kebab-case: write it like 'run-key.ts'.` });
        }
        if (/^(utils?|helpers?|types?|common|managers?|impl)$/.test(stem)) {
          context.report({ node, message: `File '${name}' says nothing: name it for the one idea that it holds.` });
        }
      },
    })),

    glossary: rule('One word for one thing, in names too.', (context) => ({
      Identifier(node) {
        const found = /activity|orchestrat|(execution|instance|job)ids?$/i.exec(node.name);
        if (found && context.filename.includes('/lib/')) {
          const message = `'${node.name}': '${found[0]}' is not in the glossary. Say run, turn, task, step or workflow.`;
          context.report({ node, message });
        }
      },
    })),

    'reasoned-disable': rule('A rule is only switched off with its reason.', (context) => ({
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          const disables = /^\s*(eslint-disable(-next-line|-line)?|@ts-(expect-error|ignore|nocheck))\b(.*)$/s.exec(
            comment.value,
          );
          if (!disables) continue;
          const reason = disables[1].startsWith('eslint') ? disables[4].split('--')[1] : disables[4];
          if (!reason || reason.trim().length < 10) {
            const example = disables[1].startsWith('eslint') ? `${disables[1]} rule -- why` : `${disables[1]} why`;
            context.report({ loc: comment.loc, message: `A disable without its reason: write \`// ${example}\`.` });
          }
        }
      },
    })),

    'no-node-imports': rule('A workflow file imports no node module: do it in a step.', (context) => {
      const check = (node) => {
        const from = node.source?.value;
        if (typeof from !== 'string' || !(from.startsWith('node:') || builtins.has(from))) return;
        context.report({
          node,
          message: `A workflow file may not import '${from}': replay cannot see what it does. Put it in a step's own file.`,
        });
      };
      return {
        ImportDeclaration: check,
        ImportExpression: check,
        ExportNamedDeclaration: check,
        ExportAllDeclaration: check,
      };
    }),

    'no-left-out-tests': rule('A test is there to run.', (context) => ({
      MemberExpression(node) {
        let test = node.object;
        while (test.type === 'MemberExpression' || test.type === 'CallExpression') test = test.object ?? test.callee;
        if (!['it', 'test', 'describe', 'suite', 'bench'].includes(test.name)) return;
        if (!['skip', 'only', 'todo', 'skipIf', 'runIf', 'fails'].includes(node.property.name)) return;
        context.report({
          node,
          message: `'${test.name}.${node.property.name}' leaves tests out: mend it or delete it.`,
        });
      },
    })),
  },
};

function rule(description, create) {
  return { meta: { type: 'problem', docs: { description }, schema: [] }, create };
}
