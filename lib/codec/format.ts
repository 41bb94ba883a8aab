/**
 * How a value is stored: as a JSON tree that people can read.
 *
 * Plain JSON values, arrays and objects stand as themselves. Everything else is an object with the key `$`, its tag:
 *
 *   {"$":"undefined"}                                  {"$":"number","v":"NaN"}   also Infinity, -Infinity, -0
 *   {"$":"bigint","v":"123"}                           {"$":"Date","v":"2026-11-22T14:00:00.000Z"}   null: an invalid one
 *   {"$":"Map","v":[["key",1]]}                        {"$":"Set","v":[1,2]}
 *   {"$":"RegExp","v":"a+","flags":"g","lastIndex":1}  {"$":"URL","v":"https://example.com/"}
 *   {"$":"Uint8Array","v":"AQID"}                      base64; all typed arrays, ArrayBuffer, DataView and Buffer
 *   {"$":"Array","length":3,"v":[[0,"a"]]}             an array with holes, or with properties of its own
 *   {"$":"Object","v":[["$",1]]}                       an object with a key `$` or `__proto__`
 *   {"$":"NullObject","v":[["a",1]]}                   an object without a prototype
 *   {"$":"Error","class":"TypeError","message":"..."}  see store-error.ts
 *   {"$":"class","name":"Money","v":"1999"}            an instance of a registered class, by its data
 *   {"$":"shared","id":1,"v":{...}}                    an object that stands at several places: the first of them,
 *   {"$":"ref","id":1}                                 and the others. Ids count from 1, in order of appearance
 *
 * What changes here changes data that is alive in tables: a new form gets a new golden file, and the old
 * ones are read forever. A reader refuses a tag or a field that it does not know.
 */

/** Goes up when a reader of today could misread what is written. */
export const FORMAT_VERSION = 1;

/** How deep a value may be nested. */
export const MAX_DEPTH = 200;

/** How deep what is stored may be nested: a marker such as `shared` takes a level which the value has not. */
export const MAX_STORED_DEPTH = 3 * MAX_DEPTH;

/** How many objects a value may have: no more than that is walked through, should a Proxy make up ever new ones. */
export const MAX_OBJECTS = 1_000_000;

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
