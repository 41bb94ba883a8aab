/** CloudWatch's embedded metric format, by the rules of its specification; what a line means, as CloudWatch would read it. */
import { z } from 'zod';

const UNITS = ['Seconds', 'Microseconds', 'Milliseconds', 'Bytes', 'Percent', 'Count', 'Count/Second', 'None'] as const;

const root = z.looseObject({
  _aws: z.strictObject({
    Timestamp: z.int().positive(),
    CloudWatchMetrics: z
      .array(
        z.strictObject({
          Namespace: z.string().min(1).max(1024),
          Dimensions: z.array(z.array(z.string().min(1).max(250)).max(30)).min(1),
          Metrics: z
            .array(
              z.strictObject({
                Name: z.string().min(1).max(1024),
                Unit: z.enum(UNITS).optional(),
                StorageResolution: z.union([z.literal(1), z.literal(60)]).optional(),
              }),
            )
            .min(1)
            .max(100),
        }),
      )
      .min(1),
  }),
});

const LINE_LIMIT_BYTES = 256 * 1024;

/** `RunsStarted{engine=Shop,workflow=nap}` and its value, for each that a line has. Throws for a line that is none. */
export function readMetrics(line: string): Record<string, number> {
  if (Buffer.byteLength(line) > LINE_LIMIT_BYTES || line.includes('\n')) throw new Error('too long, or two lines');
  const document = root.parse(JSON.parse(line)) as z.infer<typeof root> & Record<string, unknown>;
  const found: Record<string, number> = {};
  for (const { Namespace, Dimensions, Metrics } of document._aws.CloudWatchMetrics) {
    if (Namespace !== 'lull') throw new Error(`the namespace is ${Namespace}`);
    for (const { Name } of Metrics) {
      const value = document[Name];
      if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`${Name} has no number`);
      for (const names of Dimensions) {
        const key = `${Name}{${names.map((name) => `${name}=${dimensionOf(document, name)}`).join(',')}}`;
        if (key in found) throw new Error(`${key} stands in it twice`);
        found[key] = value;
      }
    }
  }
  return found;
}

/** Of many lines: the values of one metric of the engine, in order. */
export function valuesOf(lines: readonly string[], key: string): number[] {
  return lines.filter((line) => line.includes('"_aws"')).flatMap((line) => readMetrics(line)[key] ?? []);
}

function dimensionOf(document: Record<string, unknown>, name: string): string {
  const value = document[name];
  if (typeof value !== 'string' || !/^(?!:)[\x20-\x7e]{1,1024}$/.test(value) || value.trim() === '') {
    throw new Error(`the dimension ${name} is ${JSON.stringify(value)}`);
  }
  return value;
}
