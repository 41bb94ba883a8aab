/** A JSON Schema as the fields of a form. What a form has no field for is written as JSON. */

interface FieldOf {
  readonly label: string;
  readonly isRequired: boolean;
  readonly description?: string;
  /** What is taken, in a few words, as in `email`, `0 or more`, `default 1`. */
  readonly hint?: string;
}

export type FormField =
  | (FieldOf & { readonly kind: 'text' | 'boolean' | 'json' })
  | (FieldOf & { readonly kind: 'number'; readonly isWhole: boolean })
  | (FieldOf & { readonly kind: 'choice'; readonly options: readonly unknown[] })
  | (FieldOf & { readonly kind: 'object'; readonly fields: readonly (FormField & { readonly name: string })[] })
  | (FieldOf & { readonly kind: 'list'; readonly item: FormField })
  | (FieldOf & { readonly kind: 'variant'; readonly variants: readonly FormField[] });

type Schema = Readonly<Record<string, unknown>>;

/** Deeper than this, and where a schema has itself in it, a value is JSON. */
const DEEPEST = 8;

/** Of a whole input. */
export function formFieldOf(schema: Schema): FormField {
  return toField(schema, { label: 'Input', isRequired: true }, { root: schema, within: [] });
}

interface Place {
  readonly root: Schema;
  readonly within: readonly Schema[];
}

function toField(
  given: unknown,
  of: { readonly label: string; readonly isRequired: boolean },
  place: Place,
): FormField {
  const schema = resolve(given, place.root);
  if (schema === undefined || place.within.includes(schema) || place.within.length >= DEEPEST)
    return { ...of, kind: 'json' };
  const { title, description } = schema;
  const hint = hintOf(schema);
  const base: FieldOf = {
    ...of,
    ...(typeof title === 'string' ? { label: title } : {}),
    ...(typeof description === 'string' ? { description } : {}),
    ...(hint === '' ? {} : { hint }),
  };
  return withKind(schema, base, { ...place, within: [...place.within, schema] });
}

function withKind(schema: Schema, base: FieldOf, inside: Place): FormField {
  if ('const' in schema) return { ...base, kind: 'choice', options: [schema['const']] };
  if (Array.isArray(schema['enum'])) return { ...base, kind: 'choice', options: schema['enum'] as unknown[] };
  const types = schema['type'];
  const variants = listOf(schema['anyOf'] ?? schema['oneOf']);
  if (variants.length > 0) return variantOf(variants, base, inside);
  if (Array.isArray(types)) {
    return variantOf(
      (types as readonly unknown[]).map((type) => ({ ...schema, type })),
      base,
      inside,
    );
  }
  switch (types) {
    case 'string':
      return { ...base, kind: 'text' };
    case 'boolean':
      return { ...base, kind: 'boolean' };
    case 'number':
    case 'integer':
      return { ...base, kind: 'number', isWhole: types === 'integer' };
    case 'null':
      return { ...base, kind: 'choice', options: [null] };
    case 'object':
      return objectOf(schema, base, inside);
    case 'array':
      return 'prefixItems' in schema || !isObject(schema['items'])
        ? { ...base, kind: 'json' }
        : {
            ...base,
            kind: 'list',
            item: toField(schema['items'], { label: 'Item', isRequired: true }, inside),
          };
    default:
      return { ...base, kind: 'json' };
  }
}

/** With fields for its properties, if those are all that it may have. */
function objectOf(schema: Schema, base: FieldOf, inside: Place): FormField {
  const { properties, additionalProperties, required } = schema;
  if (!isObject(properties) || isObject(additionalProperties)) return { ...base, kind: 'json' };
  const names = new Set(listOf(required));
  const fields = Object.entries(properties).map(([name, property]) => ({
    ...toField(property, { label: name, isRequired: names.has(name) }, inside),
    name,
  }));
  return { ...base, kind: 'object', fields };
}

function variantOf(variants: readonly unknown[], base: FieldOf, inside: Place): FormField {
  const [only] = variants;
  if (variants.length === 1) return toField(only, base, inside);
  const fields = variants.map((variant, index) =>
    toField(variant, { label: nameOfVariant(variant, inside.root, index), isRequired: true }, inside),
  );
  return { ...base, kind: 'variant', variants: fields };
}

/** By what tells it from the others: a constant that it has in it, or its type. */
function nameOfVariant(variant: unknown, root: Schema, index: number): string {
  const schema = resolve(variant, root) ?? {};
  if ('const' in schema) return JSON.stringify(schema['const']);
  const { properties, type } = schema;
  const marks = Object.entries(isObject(properties) ? properties : {}).flatMap(([name, property]) =>
    isObject(property) && 'const' in property ? [`${name} ${JSON.stringify(property['const'])}`] : [],
  );
  if (marks.length > 0) return marks.join(', ');
  return typeof type === 'string' ? type : `form ${index + 1}`;
}

function hintOf(schema: Schema): string {
  const { format, minimum, maximum, minLength, maxLength, minItems, maxItems, default: byDefault, examples } = schema;
  const [example] = listOf(examples);
  const parts = [
    typeof format === 'string' ? format : '',
    rangeText(minimum, maximum, ''),
    rangeText(Number(minLength) > 1 ? minLength : undefined, maxLength, ' characters'),
    rangeText(Number(minItems) > 0 ? minItems : undefined, maxItems, ''),
    byDefault === undefined ? '' : `default ${JSON.stringify(byDefault)}`,
    example === undefined ? '' : `as in ${JSON.stringify(example)}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** As in `1 to 9`. Bounds that say no more than that it is a number are none. */
function rangeText(least: unknown, most: unknown, unit: string): string {
  const [from, to] = [least, most].map((bound) =>
    typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER ? bound : undefined,
  );
  if (from !== undefined && to !== undefined) return `${from === to ? to : `${from} to ${to}`}${unit}`;
  if (from !== undefined) return `${from} or more${unit}`;
  return to === undefined ? '' : `${to} or less${unit}`;
}

/** Follows `$ref` within the document. Undefined: there is no such place, or it is no schema. */
function resolve(given: unknown, root: Schema): Schema | undefined {
  let schema = given;
  for (let hops = 0; isObject(schema) && typeof schema['$ref'] === 'string'; hops += 1) {
    if (hops > DEEPEST || !schema['$ref'].startsWith('#')) return undefined;
    const names = schema['$ref'].slice(1).split('/').slice(1);
    schema = names.reduce<unknown>((at, name) => {
      const key = decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~');
      return isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
    }, root);
  }
  return isObject(schema) ? schema : undefined;
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
