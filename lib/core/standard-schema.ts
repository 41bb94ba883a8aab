/** What zod, valibot, arktype and others have in common (https://standardschema.dev, version 1): types only. */

export interface StandardSchemaV1<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => unknown;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** Any schema, as the caller of `validate` sees it. */
export interface StandardSchema {
  readonly '~standard': { readonly validate: (value: unknown) => StandardResult | Promise<StandardResult> };
}

/** What `validate` returns, or promises. */
export type StandardResult =
  { readonly value: unknown; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}
