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
  ExpressionAttributeNames: Record<string, string>;
  ExpressionAttributeValues?: Record<string, AttributeValue>;
} {
  const given = expressions.filter((each) => each !== undefined);
  const placeholders = new Set(given.flatMap((each) => each.text.match(/#\w+/g) ?? []));
  const values = and(...given).values;
  return {
    ExpressionAttributeNames: Object.fromEntries([...placeholders].map((each) => [each, storedName(each)])),
    ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
  };
}

function storedName(placeholder: string): string {
  const name = placeholder.slice(1);
  invariant(name in attribute, `the table has no attribute "${name}"`);
  return attribute[name as AttributeName];
}
