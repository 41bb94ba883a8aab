/**
 * Which variables a function seems to change that are not its own, by its text. For the advice in an error alone: text is
 * no proof.
 */

const NAME = '[A-Za-z_$][\\w$]*';
const PATH = '(?:\\.[\\w$]+|\\[[^\\]]*\\])*';
const ASSIGNED = new RegExp(
  `(?<![\\w$.])(${NAME})${PATH}\\s*(?:\\+\\+|--|(?:[-+*/%&|^]|\\*\\*|<<|>>>?|&&|\\|\\||\\?\\?)?=(?![=>]))`,
  'g',
);
const COUNTED = new RegExp(`(?:\\+\\+|--)(${NAME})`, 'g');
const CHANGED = new RegExp(
  `(?<![\\w$.])(${NAME})${PATH}\\.(?:push|pop|shift|unshift|splice|sort|reverse|fill)\\(`,
  'g',
);
const DECLARED = new RegExp(`\\b(?:const|let|var|function\\*?|class)\\s+(${NAME})`, 'g');
const TAKEN_APART = /\b(?:const|let|var)\s*([[{][^=;]*[\]}])\s*=/g;

/** Names in the order in which they stand there, each once. */
export function changedNames(code: (...args: never[]) => unknown): string[] {
  const text = withoutTexts(Function.prototype.toString.call(code));
  const head = /^[^{]*?(?:=>|\{)/.exec(text)?.[0] ?? '';
  const own = new Set([
    ...all(DECLARED, text),
    ...[head, ...[...text.matchAll(TAKEN_APART)].map(([, names = '']) => names)].flatMap(namesIn),
    'this',
  ]);
  const changed = [...all(ASSIGNED, text), ...all(COUNTED, text), ...all(CHANGED, text)];
  return [...new Set(changed)].filter((name) => !own.has(name));
}

/** What in the code of a workflow may make a replay go another way, in words. */
export function suspectsOfCode(workflow: string, code: ((input: never) => unknown) | undefined): string[] {
  if (code === undefined) return [];
  const names = changedNames(code);
  return [
    ...(names.length > 0 ? [`workflow "${workflow}" changes ${names.join(', ')}, which is not its own`] : []),
    ...(usesPromises(code) ? [`workflow "${workflow}" has a promise in its code`] : []),
  ];
}

function usesPromises(code: (...args: never[]) => unknown): boolean {
  return /\bPromise\b|\.then\(|\basync\b/.test(withoutTexts(Function.prototype.toString.call(code)));
}

function all(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

function namesIn(text: string): string[] {
  return text.match(new RegExp(NAME, 'g')) ?? [];
}

/** Comments and texts may say anything. */
function withoutTexts(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, "''");
}
