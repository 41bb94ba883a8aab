/**
 * Event patterns of EventBridge's: which events a rule is for. All operators that EventBridge documents for rules are here:
 * exact values, prefix, suffix, anything-but, equals-ignore-case, wildcard, numeric, cidr, exists, $or. One that is not
 * known is refused when the cloud starts: a rule that silently never matches would be found last.
 */
import { BlockList, isIP } from 'node:net';
import { describeValue } from '../../core/describe-value.ts';
import { isObject } from '../json.ts';

/** Says whether an event matches. */
export type EventMatcher = (event: unknown) => boolean;

type ValueMatcher = (value: unknown) => boolean;

/** What a pattern has that EventBridge, or this cloud, does not know; `path` leads to it. */
export class EventPatternError extends Error {
  constructor(path: string, problem: string) {
    super(`${path} ${problem}`);
  }
}

/** Raises an EventPatternError. */
export function readEventPattern(pattern: unknown, path = '$'): EventMatcher {
  if (!isObject(pattern) || Object.keys(pattern).length === 0) {
    throw new EventPatternError(path, `is ${describeValue(pattern)}: give an object with the fields to match`);
  }
  const matchers = Object.entries(pattern).map(([key, wanted]): EventMatcher => {
    const at = `${path}.${key}`;
    if (key === '$or' && Array.isArray(wanted)) return readAlternatives(wanted, at);
    const matches = isObject(wanted) ? readEventPattern(wanted, at) : readField(wanted, at);
    return (event) => matches(isObject(event) ? event[key] : undefined);
  });
  const all: EventMatcher = (event) => matchers.every((matches) => matches(event));
  // Of a list of objects one has to match the whole of it.
  return (event) => (Array.isArray(event) ? event.some((each) => all(each)) : all(event));
}

function readAlternatives(wanted: readonly unknown[], path: string): EventMatcher {
  if (wanted.length < 2) throw new EventPatternError(path, 'has to have two patterns or more');
  const matchers = wanted.map((each, index) => readEventPattern(each, `${path}[${index}]`));
  return (event) => matchers.some((matches) => matches(event));
}

/** A field matches if one of its values matches one of those that are listed. */
function readField(wanted: unknown, path: string): ValueMatcher {
  if (!Array.isArray(wanted) || wanted.length === 0) {
    throw new EventPatternError(path, `is ${describeValue(wanted)}: give a list of values, or of operators`);
  }
  const matchers = wanted.map((each, index) => readMatcher(each, `${path}[${index}]`));
  return (value) => matchers.some((matches) => matches(value));
}

function readMatcher(wanted: unknown, path: string): ValueMatcher {
  if (!isObject(wanted)) {
    if (wanted !== null && !['string', 'number', 'boolean'].includes(typeof wanted)) {
      throw new EventPatternError(path, `is ${describeValue(wanted)}: give a text, a number, true, false or null`);
    }
    return some((value) => value === wanted);
  }
  const [[name, operand] = ['', undefined], ...others] = Object.entries(wanted);
  const operator = OPERATORS[name];
  if (operator === undefined || others.length > 0) {
    throw new EventPatternError(
      path,
      `has ${Object.keys(wanted).join(', ') || 'no operator'}: there are ${Object.keys(OPERATORS).join(', ')}, one at a time`,
    );
  }
  return operator(operand, `${path}.${name}`);
}

/** Of one value, or of each of a list. An object is no value: its fields are. */
function some(matches: (value: unknown) => boolean): ValueMatcher {
  return (value) => leavesOf(value).some((leaf) => matches(leaf));
}

function leavesOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return value === undefined || isObject(value) ? [] : [value];
}

type Operator = (operand: unknown, path: string) => ValueMatcher;

const OPERATORS: Readonly<Record<string, Operator>> = {
  prefix: textOperator((text, part) => text.startsWith(part)),
  suffix: textOperator((text, part) => text.endsWith(part)),
  'equals-ignore-case': (operand, path) => {
    const wanted = textAt(operand, path).toLowerCase();
    return some((value) => typeof value === 'string' && value.toLowerCase() === wanted);
  },
  wildcard: (operand, path) => {
    const pattern = wildcardAt(operand, path);
    return some((value) => typeof value === 'string' && pattern.test(value));
  },
  numeric: readNumeric,
  cidr: readCidr,
  exists: (operand, path) => {
    if (typeof operand !== 'boolean') throw new EventPatternError(path, 'has to be true or false');
    return (value) => leavesOf(value).length > 0 === operand;
  },
  'anything-but': readAnythingBut,
};

/** `{ "prefix": "a" }`, or `{ "prefix": { "equals-ignore-case": "a" } }`. */
function textOperator(holds: (text: string, part: string) => boolean): Operator {
  return (operand, path) => {
    const ignoresCase = isObject(operand) && Object.keys(operand).join() === 'equals-ignore-case';
    const part = textAt(ignoresCase ? operand['equals-ignore-case'] : operand, path);
    if (!ignoresCase) return some((value) => typeof value === 'string' && holds(value, part));
    return some((value) => typeof value === 'string' && holds(value.toLowerCase(), part.toLowerCase()));
  };
}

function textAt(operand: unknown, path: string): string {
  if (typeof operand === 'string' && operand !== '') return operand;
  throw new EventPatternError(path, `is ${describeValue(operand)}, and has to be a text that is not empty`);
}

/** A star is any text, also none; after a backslash it is a star, as a backslash is a backslash. */
function wildcardAt(operand: unknown, path: string): RegExp {
  const text = textAt(operand, path);
  if (/(^|[^\\])(\\\\)*\*\*/.test(text)) throw new EventPatternError(path, 'has two stars in a row');
  const source = text.replace(/\\[*\\]|[\s\S]/g, (part) => {
    if (part === '*') return '[\\s\\S]*';
    return (part.length === 2 ? part.slice(1) : part).replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  });
  return new RegExp(`^${source}$`);
}

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
};

/** `[">", 0, "<=", 5]`. */
function readNumeric(operand: unknown, path: string): ValueMatcher {
  const list: readonly unknown[] = Array.isArray(operand) ? operand : [];
  const parts = list.flatMap((name, index): ((value: number) => boolean)[] => {
    if (index % 2 === 1) return [];
    const [compare, bound] = [COMPARISONS[String(name)], list[index + 1]];
    return compare === undefined || typeof bound !== 'number' ? [] : [(value) => compare(value, bound)];
  });
  if (parts.length === 0 || parts.length > 2 || parts.length * 2 !== list.length) {
    throw new EventPatternError(path, `is ${JSON.stringify(operand)}, and has to be like [">", 0, "<=", 5]`);
  }
  return some((value) => typeof value === 'number' && parts.every((holds) => holds(value)));
}

function readCidr(operand: unknown, path: string): ValueMatcher {
  const [address = '', bits = ''] = textAt(operand, path).split('/');
  const family = familyOf(address);
  const list = new BlockList();
  try {
    if (family === undefined || !/^\d+$/.test(bits)) throw new Error('it is no range');
    list.addSubnet(address, Number(bits), family);
  } catch {
    throw new EventPatternError(path, `is ${describeValue(operand)}, and has to be like 10.0.0.0/24`);
  }
  return some((value) => {
    const own = typeof value === 'string' ? familyOf(value) : undefined;
    return own !== undefined && list.check(String(value), own);
  });
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address);
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6';
}

/** Of a value, of a list of them, or of what one of these operators matches. A field that is not there does not match. */
function readAnythingBut(operand: unknown, path: string): ValueMatcher {
  if (isObject(operand)) {
    const [[name, but] = ['', undefined], ...others] = Object.entries(operand);
    if (others.length > 0 || !['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(name)) {
      throw new EventPatternError(path, 'can have prefix, suffix, equals-ignore-case or wildcard, one at a time');
    }
    const all = (Array.isArray(but) ? but : [but]).map((each: unknown) => OPERATORS[name]?.(each, `${path}.${name}`));
    return some((value) => !all.some((matches) => matches?.(value)));
  }
  const list: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  const type = typeof list[0];
  if (list.length === 0 || (type !== 'string' && type !== 'number') || list.some((each) => typeof each !== type)) {
    throw new EventPatternError(path, `is ${JSON.stringify(operand)}, and has to be texts, or numbers`);
  }
  return some((value) => !list.includes(value));
}
