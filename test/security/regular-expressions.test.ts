/**
 * No regular expression that meets input from outside takes more than linear time. Whether one could is worked out from
 * the expression; those of which that cannot be worked out are listed with the input that would be worst for them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { isSafe } from 'redos-detector';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** What runs on a developer's machine only, on what that machine made itself. */
const NOT_MET_BY_OUTSIDERS = /^lib\/(local|cli|testing)\//;

interface Found {
  readonly file: string;
  readonly text: string;
  /** Undefined: it is made at run time. */
  readonly expression: RegExp | undefined;
}

function expressionsIn(file: string): Found[] {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      found.push({ file, text: node.text, expression: new RegExp(node.text.slice(1, end), node.text.slice(end + 1)) });
    }
    if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'RegExp') {
      found.push({ file, text: node.getText(), expression: undefined });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const all = ['lib', 'functions'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name}`)
    .filter((file) => file.endsWith('.ts') && !NOT_MET_BY_OUTSIDERS.test(file))
    .flatMap(expressionsIn),
);

/**
 * The detector tries one without `^` at each position, which is what a search does; and it gives up on some. Each of
 * these is searched once in a text, or begins with a character that stands for itself. `worst` makes the text of some
 * length that it takes longest for.
 */
const REASONED: Readonly<Record<string, { readonly why: string; readonly worst: (length: number) => string }>> = {
  '/not authorized to perform:? ([\\w-]+:[\\w*]+)/': {
    why: 'begins with words of AWS, in an error of AWS',
    worst: (length) => 'not authorized to perform: a'.repeat(length / 28),
  },
  '/\\n[ \\t]+at /': {
    why: 'begins with a line break, and the blanks after it are tried once',
    worst: (length) => `\n${' '.repeat(length)}`,
  },
  '/([^/\\\\(<\\s]+:\\d+:\\d+)\\)?$/': {
    why: 'looks at one line of a stack that the engine itself has made',
    worst: () => '',
  },
  '/\\s*(\\d+(?:\\.\\d+)?)\\s*([a-z]+)(?![a-z.])\\s*/y': {
    why: 'is sticky: it is tried at one position',
    worst: (length) => `${'1'.repeat(length / 2)}${'a'.repeat(length / 2)}.`,
  },
  '/"(?:[^"\\\\\\u0000-\\u001f]|\\\\(?:["\\\\/bfnrt]|u[0-9a-fA-F]{4}))*"/': {
    why: 'is a part of a sticky one; what may follow in it is told apart by its first character',
    worst: (length) => `"${'\\n'.repeat(length / 2)}`,
  },
  '/\\{(\\w+)\\}/g': { why: 'is asked of the paths of routes, which are constants', worst: () => '' },
  '/\\{\\w+\\}/g': { why: 'is asked of the paths of routes, which are constants', worst: () => '' },
  '/\\/\\{(\\w+)\\}/g': { why: 'is asked of the paths of routes, which are constants', worst: () => '' },
  '/\\/(signals|queries|updates|streams)\\/\\{(\\w+)\\}$/': {
    why: 'is asked of the paths of routes, which are constants',
    worst: () => '',
  },
};

/** Made at run time: of what. */
const MADE: Readonly<Record<string, string>> = {
  'new RegExp(source, flags)': 'a value of a workflow, which the engine gives back and does not use',
  'new RegExp(text(reader, source), text(reader, flags))':
    'a value of a stored frame, which is given back and not used',
  "new RegExp('', flag)": 'no expression at all, to learn which flags this Node knows',
  'new RegExp(`^${DAY}(?:T${TIME}(?<zone>${ZONE})?)?$`)': 'constants of digits in fixed numbers, anchored at both ends',
  "new RegExp(`^${path.replace(NAME_AT_THE_END, '/$1/.+').replace(/\\{\\w+\\}/g, '[^/]+')}$`)":
    'a route, which is a constant',
  "new RegExp(`[ \\\\t\\\\n\\\\r]*(?:([{}[\\\\],:])|(${STRING.source})|${LITERAL.source})`, 'y')":
    'two constants, told apart by their first characters',
};

describe('each regular expression of the library', () => {
  it('is found', () => {
    expect(all.length).toBeGreaterThan(40);
  });

  const literals = [
    ...new Map(all.flatMap((found) => (found.expression ? [[found.text, found] as const] : []))).values(),
  ];

  it.each(literals.map((found) => [found.text, found] as const))(
    '%s takes linear time',
    (text, { expression, file }) => {
      if (Object.hasOwn(REASONED, text)) return;
      const { safe, error, score } = isSafe(expression!, { maxScore: 200, timeout: 20_000 });
      expect({ safe, error, score }, file).toMatchObject({ safe: true, error: null });
    },
  );

  it('that is made at run time is known, and of what', () => {
    expect(
      all.filter(({ expression, text }) => !expression && !(text in MADE)).map(({ file, text }) => [file, text]),
    ).toEqual([]);
  });

  it('that was reasoned about is there still, and needed to be', () => {
    const texts = new Set(all.map(({ text }) => text));
    expect([...Object.keys(REASONED), ...Object.keys(MADE)].filter((text) => !texts.has(text))).toEqual([]);
    for (const { text, expression } of literals) {
      if (Object.hasOwn(REASONED, text))
        expect(isSafe(expression!, { maxScore: 200, timeout: 5_000 }).safe, text).toBe(false);
    }
  });
});

/** Runs it on a text in a thread that can be ended, whatever it does. */
function searches(text: string, input: string): Promise<boolean> {
  const end = text.lastIndexOf('/');
  const code = `
    const { workerData, parentPort } = require('node:worker_threads');
    new RegExp(workerData.pattern, workerData.flags).exec(workerData.input);
    parentPort.postMessage('done');
  `;
  const data = { pattern: text.slice(1, end), flags: text.slice(end + 1), input };
  const worker = new Worker(code, { eval: true, workerData: data });
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => void worker.terminate().then(() => resolve(false)), 20_000);
    worker.once('message', () => {
      clearTimeout(limit);
      resolve(true);
    });
    worker.once('error', reject);
  });
}

it.each(Object.entries(REASONED))('%s is done with its worst million characters', async (text, { worst }) => {
  // In quadratic time that would be an hour.
  expect(await searches(text, worst(1_000_000))).toBe(true);
});
