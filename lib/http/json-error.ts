/**
 * Where a text stops being JSON. The messages of `JSON.parse` differ from one Node to the next, and many name no place.
 *
 * A grammar in small: tokens, and what may come next after each. It is only asked once the parser has refused.
 */
import { describeValue } from '../core/describe-value.ts';

// A text of JSON has no control characters.
// eslint-disable-next-line no-control-regex -- so that is what it has to look for
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/;
const LITERAL = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/;
const TOKEN = new RegExp(`[ \\t\\n\\r]*(?:([{}[\\],:])|(${STRING.source})|${LITERAL.source})`, 'y');

type Expecting = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or }' | ', or ]' | 'end';

const EXPECTED: Readonly<Record<Expecting, string>> = {
  value: 'a value',
  'value or ]': 'a value or "]"',
  key: 'a property name in double quotes',
  'key or }': 'a property name in double quotes or "}"',
  ':': '":"',
  ', or }': '"," or "}"',
  ', or ]': '"," or "]"',
  end: 'nothing more',
};

/** The search costs far more than parsing: beyond this the place is not shown. */
const SEARCHED_CHARACTERS = 300_000;

/** As in `line 2, column 5 (position 17) has "}", expected a value`; undefined if the text is JSON. */
export function findJsonError(text: string): string | undefined {
  const open: ('{' | '[')[] = [];
  let expecting: Expecting = 'value';
  let position = 0;
  while (position < text.length) {
    if (position > SEARCHED_CHARACTERS) return `what is wrong comes after its first ${SEARCHED_CHARACTERS} characters`;
    TOKEN.lastIndex = position;
    const token = TOKEN.exec(text);
    if (token === null) break;
    const kind = token[1] ?? (token[2] === undefined ? 'literal' : 'string');
    const next: Expecting | undefined = after(expecting, kind, open);
    if (next === undefined) break;
    expecting = next;
    position = TOKEN.lastIndex;
  }
  position += /^[ \t\n\r]*/.exec(text.slice(position))?.[0].length ?? 0;
  if (position >= text.length)
    return expecting === 'end' ? undefined : `it ends where ${EXPECTED[expecting]} should follow`;
  return `${placeOf(text, position)} has ${describeValue(excerpt(text, position))}, expected ${EXPECTED[expecting]}`;
}

/** What may follow the token, or undefined if it may not stand here. `open` has the brackets that are. */
function after(expecting: Expecting, token: string, open: ('{' | '[')[]): Expecting | undefined {
  const afterValue = (): Expecting => (open.length === 0 ? 'end' : open.at(-1) === '{' ? ', or }' : ', or ]');
  const isOneOf = (...all: Expecting[]) => all.includes(expecting);
  switch (token) {
    case '{':
    case '[':
      if (!isOneOf('value', 'value or ]')) return undefined;
      open.push(token);
      return token === '{' ? 'key or }' : 'value or ]';
    case '}':
    case ']':
      if (!(token === '}' ? isOneOf('key or }', ', or }') : isOneOf('value or ]', ', or ]'))) return undefined;
      open.pop();
      return afterValue();
    case ',':
      if (isOneOf(', or }')) return 'key';
      return isOneOf(', or ]') ? 'value' : undefined;
    case ':':
      return isOneOf(':') ? 'value' : undefined;
    case 'string':
      if (isOneOf('key', 'key or }')) return ':';
      return isOneOf('value', 'value or ]') ? afterValue() : undefined;
    default:
      return isOneOf('value', 'value or ]') ? afterValue() : undefined;
  }
}

function placeOf(text: string, position: number): string {
  const before = text.slice(0, position).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1} (position ${position})`;
}

/** The word or character that stands there. */
function excerpt(text: string, position: number): string {
  return /^(?:[\w.+-]+|"[^"\n]*"?|.)/su.exec(text.slice(position, position + 40))?.[0] ?? '';
}
