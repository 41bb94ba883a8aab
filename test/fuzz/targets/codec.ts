/** What stands in the table as a value: it is read, and can be stored again, or it is refused in words. */
import { readFileSync } from 'node:fs';
import { decode } from '../../../lib/codec/decode.ts';
import { encode } from '../../../lib/codec/encode.ts';
import type { Encoded } from '../../../lib/core/encoded.ts';
import { UndecodableValueError } from '../../../lib/core/errors.ts';
import { expectLanguageIntact, expectThat, type FuzzTarget, readJson } from '../target.ts';

type Golden = Readonly<Record<'values' | 'failures', Readonly<Record<string, unknown>>>>;
const golden = JSON.parse(readFileSync('test/golden/values-v1.json', 'utf8')) as Golden;

const codec: FuzzTarget = {
  seeds: [...Object.values(golden.values), ...Object.values(golden.failures)].map((value) => JSON.stringify(value)),
  run(input) {
    const json = readJson(input);
    if (json === undefined) return;
    const text = JSON.stringify(json.value);
    for (const options of [undefined, { unregistered: 'plain' }] as const) {
      let value: unknown;
      try {
        value = decode(JSON.parse(text) as Encoded, options);
      } catch (error) {
        if (!(error instanceof UndecodableValueError)) throw error;
        continue;
      }
      if (options !== undefined) continue;
      const once = JSON.stringify(encode(value, 'the value'));
      const twice = JSON.stringify(encode(decode(JSON.parse(once) as Encoded), 'the value'));
      expectThat(once === twice, `it is stored as ${once}, and what is read of that as ${twice}`);
    }
    expectLanguageIntact();
  },
};
export default codec;
