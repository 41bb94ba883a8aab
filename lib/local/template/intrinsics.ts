/** The intrinsic functions of CloudFormation that give a value out of others; those that refer are the resolver's. */
import { isObject, textOf } from '../json.ts';

/** One use of an intrinsic function. */
export interface IntrinsicCall {
  readonly name: string;
  readonly argument: unknown;
  /** Resolves a part of the argument; `step` is its name or index, for messages. */
  readonly resolve: (value: unknown, step: string | number) => unknown;
  /** A condition of the template, by its name. */
  condition(name: string): boolean;
  /** A value out of the template's mappings; undefined if it is not there. */
  mapped(map: string, key: string, name: string): unknown;
  /** What a name in `${...}` stands for: a parameter, a resource, `Resource.Attribute`. */
  named(name: string): unknown;
  readonly region: string;
  fail(message: string): never;
}

/** In a list or a map: leaves out what it stands for, as does `AWS::NoValue`. */
export const NO_VALUE = Symbol('AWS::NoValue');

export const INTRINSICS: Readonly<Record<string, (call: IntrinsicCall) => unknown>> = {
  'Fn::Join': (call) => {
    const [delimiter, parts] = pair(call);
    return texts(call, call.resolve(parts, 1)).join(textOf(call.resolve(delimiter, 0)));
  },
  'Fn::Split': (call) => {
    const [delimiter, source] = pair(call);
    return text(call, call.resolve(source, 1)).split(textOf(call.resolve(delimiter, 0)));
  },
  'Fn::Select': (call) => {
    const [index, list] = pair(call);
    const values = call.resolve(list, 1);
    const at = Number(call.resolve(index, 0));
    if (Array.isArray(values) && at >= 0 && at < values.length) return values[at] as unknown;
    return call.fail(`selects number ${at} of ${JSON.stringify(values)}`);
  },
  'Fn::Sub': (call) => substitute(call),
  'Fn::If': (call) => {
    const [condition, whenTrue, whenFalse] = Array.isArray(call.argument) ? (call.argument as unknown[]) : [];
    return call.condition(textOf(condition)) ? call.resolve(whenTrue, 1) : call.resolve(whenFalse, 2);
  },
  'Fn::FindInMap': (call) => {
    const [map, key, name, options] = Array.isArray(call.argument) ? (call.argument as unknown[]) : [];
    const at = [map, key, name].map((value, index) => textOf(call.resolve(value, index))) as [string, string, string];
    const found = call.mapped(...at);
    if (found !== undefined) return found;
    if (isObject(options) && 'DefaultValue' in options) return call.resolve(options['DefaultValue'], 3);
    return call.fail(`finds nothing in the mappings at ${at.join('.')}`);
  },
  'Fn::Base64': (call) => Buffer.from(text(call, call.resolve(call.argument, 0))).toString('base64'),
  'Fn::GetAZs': (call) => {
    const region = textOf(call.resolve(call.argument, 0)) || call.region;
    return ['a', 'b', 'c'].map((zone) => region + zone);
  },
  'Fn::Length': (call) => {
    const list = call.resolve(call.argument, 0);
    return Array.isArray(list) ? list.length : call.fail(`takes the length of ${JSON.stringify(list)}: give a list`);
  },
  'Fn::ToJsonString': (call) => JSON.stringify(call.resolve(call.argument, 0)),
};

/** The functions that conditions are made of. */
export const CONDITION_INTRINSICS: Readonly<Record<string, (call: IntrinsicCall) => boolean>> = {
  'Fn::Equals': (call) => {
    const [left, right] = pair(call);
    return JSON.stringify(call.resolve(left, 0)) === JSON.stringify(call.resolve(right, 1));
  },
  'Fn::And': (call) => conditions(call).every((value) => value),
  'Fn::Or': (call) => conditions(call).some((value) => value),
  'Fn::Not': (call) => conditions(call)[0] !== true,
};

function conditions(call: IntrinsicCall): boolean[] {
  if (!Array.isArray(call.argument)) return call.fail('takes a list of conditions');
  return call.argument.map((value, index) => call.resolve(value, index) === true);
}

function pair(call: IntrinsicCall): [unknown, unknown] {
  const { argument } = call;
  if (Array.isArray(argument) && argument.length === 2) return argument as [unknown, unknown];
  return call.fail(`takes a list of two, and is given ${JSON.stringify(argument)}`);
}

function texts(call: IntrinsicCall, value: unknown): string[] {
  if (Array.isArray(value)) return value.map((part: unknown) => text(call, part));
  return call.fail(`takes a list of texts, and is given ${JSON.stringify(value)}`);
}

function text(call: IntrinsicCall, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return call.fail(`takes a text, and is given ${JSON.stringify(value)}`);
}

function substitute(call: IntrinsicCall): string {
  const { argument } = call;
  const [body, variables] = Array.isArray(argument) ? (argument as unknown[]) : [argument, {}];
  const given = isObject(variables) ? variables : {};
  return text(call, body).replace(/\$\{(!?)([^}]*)\}/g, (_whole, isLiteral: string, inner: string) => {
    if (isLiteral) return `\${${inner}}`;
    const name = inner.trim();
    return text(call, name in given ? call.resolve(given[name], name) : call.named(name));
  });
}
