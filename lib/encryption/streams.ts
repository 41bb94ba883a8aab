/** What is written to streams, encrypted: what one record writes to a stream together, since its values may be small. */
import type { Encoded } from '../core/encoded.ts';
import type { StreamValues } from '../ports/stream-values.ts';
import { places } from './places.ts';
import type { Sealer } from './sealer.ts';

export async function sealStream(sealer: Sealer, runId: string, written: StreamValues): Promise<StreamValues> {
  if (!sealer.isOn) return written;
  const { name, from, values } = written;
  const sealed = await sealer.sealValue(places.stream(runId, name, from), values as unknown as Encoded);
  return { name, from, values: [sealed], count: values.length };
}

/** Where it cannot be decrypted, each of its values says so when it is read. */
export async function openStream(sealer: Sealer, runId: string, part: StreamValues): Promise<StreamValues> {
  const { name, from, values, count } = part;
  const [sealed] = values;
  if (count === undefined || sealed === undefined) return part;
  const opened = (await sealer.openValue(places.stream(runId, name, from), sealed)) as unknown;
  const each = Array.isArray(opened) ? (opened as Encoded[]) : Array<Encoded>(count).fill(opened as Encoded);
  return { name, from, values: each };
}
