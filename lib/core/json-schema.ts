/** What a schema takes, as a JSON Schema, where its library can say it (https://standardschema.dev/json-schema). */
import type { StandardSchema } from './standard-schema.ts';

/** A document of draft 2020-12. */
export type JsonSchemaDocument = Readonly<Record<string, unknown>>;

/** What libraries add to `~standard` for it. */
interface JsonSchemaSource {
  readonly vendor?: unknown;
  readonly jsonSchema?: {
    readonly input?: (options: {
      readonly target: 'draft-2020-12';
      readonly libraryOptions?: Readonly<Record<string, unknown>>;
    }) => unknown;
  };
}

/** Undefined: there is no schema, its library is not one that can, or the schema has what JSON Schema has no words for. */
export function inputJsonSchema(schema: StandardSchema | undefined): JsonSchemaDocument | undefined {
  if (schema === undefined) return undefined;
  const { vendor, jsonSchema } = schema['~standard'] as JsonSchemaSource & StandardSchema['~standard'];
  if (typeof jsonSchema?.input !== 'function') return undefined;
  // zod then says {} of a Date, and not nothing of the whole.
  const libraryOptions = vendor === 'zod' ? { libraryOptions: { unrepresentable: 'any' } } : {};
  try {
    const document = jsonSchema.input({ target: 'draft-2020-12', ...libraryOptions });
    return typeof document === 'object' && document !== null ? (document as JsonSchemaDocument) : undefined;
  } catch {
    return undefined;
  }
}
