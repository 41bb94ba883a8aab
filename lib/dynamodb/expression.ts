/**
 * Expressions of DynamoDB: text and the values in it. Attributes are always written `#name`, which is the name in
 * `schema.ts`, so that no reserved word and no renaming can break an expression.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { invariant } from '../core/invariant.ts';
import { attribute } from './schema.ts';
import type { AttributeName } from './schema.ts';

export interface Expression {
  readonly text: string;
  /** By placeholder, as in `:now`. */
  readonly values: Readonly<Record<string, AttributeValue>>;
}

export function expression(text: string, values: Record<string, AttributeValue> = {}): Expression {
  return { text, values };
}

export function and(...expressions: readonly Expression[]): Expression {
  return {
    text: expressions.map((each) => each.text).join(' AND '),
    values: Object.assign({}, ...expressions.map((each) => each.values)) as Expression['values'],
  };
}

/** What a request says about the expressions in it. Placeholders of the same name have the same value. */
export function expressionParameters(...expressions: readonly (Expression | undefined)[]): {
  ExpressionAttributeNames: Readonly<Record<string, string>>;
  ExpressionAttributeValues?: Record<string, AttributeValue>;
} {
  const given = expressions.filter((each) => each !== undefined);
  const { text, values } = and(...given);
  return {
    ExpressionAttributeNames: namesIn(text),
    ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
  };
}

/** There are few texts, and each is used again and again; but for those with an index or a number of values in them. */
const known = new Map<string, Readonly<Record<string, string>>>();
const MOST_KNOWN = 500;

function namesIn(text: string): Readonly<Record<string, string>> {
  const found = known.get(text);
  if (found !== undefined) return found;
  const names = Object.fromEntries((text.match(/#\w+/g) ?? []).map((each) => [each, storedName(each)]));
  if (known.size < MOST_KNOWN) known.set(text, names);
  return names;
}

function storedName(placeholder: string): string {
  const name = placeholder.slice(1);
  invariant(name in attribute, `the table has no attribute "${name}"`);
  return attribute[name as AttributeName];
}
