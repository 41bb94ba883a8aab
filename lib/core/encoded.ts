/** A value as it is stored: a JSON tree in which special values are tagged. Only `codec` makes and reads it. */
export type Encoded = { readonly [encodedBrand]: true } | null | boolean | number | string;

declare const encodedBrand: unique symbol;
