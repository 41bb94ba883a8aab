/** V8's own sampling of this process: how long it was in each function, and which file the function is from. */
import { readFileSync } from 'node:fs';
import { Session, type Profiler } from 'node:inspector/promises';

export interface Time {
  /** As in `commit (lib/engine/commit.ts)`. */
  readonly place: string;
  readonly us: number;
}

const SAMPLE_US = 200;
/** Shorter ones are not told. */
const LEAST_SHARE = 0.004;

/** Times of the functions themselves, without what they call, without waiting and what the profile itself takes. */
export async function recordTimes<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly times: Time[] }> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_US });
  await session.post('Profiler.start');
  const result = await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  return { result, times: timesIn(profile) };
}

function timesIn({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Time[] {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const byPlace = new Map<string, number>();
  samples.forEach((id, index) => {
    const place = places.get(id) ?? '(program)';
    if (!isNoWork(place)) byPlace.set(place, (byPlace.get(place) ?? 0) + (timeDeltas[index] ?? 0));
  });
  const all = [...byPlace].map(([place, us]) => ({ place, us }));
  const sumOf = (part: readonly Time[]): number => part.reduce((sum, { us }) => sum + us, 0);
  const total = sumOf(all);
  const parts = [...ORIGINS].map(([place, origin]) => ({
    place,
    us: sumOf(all.filter((one) => origin.test(one.place))),
  }));
  return [{ place: 'in all', us: total }, ...parts, ...all.filter(({ us }) => us >= total * LEAST_SHARE)];
}

const isNoWork = (place: string): boolean => place === '(idle)' || place.endsWith('(node:inspector)');

/** Parts of all: what is left is V8 itself, and calls of the system. */
const ORIGINS = new Map([
  ['of it in lull', /\((lib|bench)\//],
  ['of it in the AWS SDK', /\(@(aws-sdk|smithy|aws-crypto)\//],
  ["of it in Node's modules", /\(node:/],
]);

function placeOf({ functionName, url, lineNumber }: Profiler.Profile['nodes'][number]['callFrame']): string {
  const file = fileOf(url, lineNumber);
  const name = functionName === '' ? 'a function without a name' : functionName;
  return file === undefined ? name : `${name} (${file})`;
}

/** Of a line of this bundle the module that it was made of; of a package its name; undefined for what is in V8. */
function fileOf(url: string, line: number): string | undefined {
  if (url === '') return undefined;
  if (url === import.meta.url) return modules().findLast(({ from }) => from <= line)?.file;
  const [, inPackage] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  return inPackage ?? url;
}

let known: { readonly from: number; readonly file: string }[] | undefined;

/** The bundler says before each module which it is. */
function modules(): NonNullable<typeof known> {
  known ??= readFileSync(new URL(import.meta.url), 'utf8')
    .split('\n')
    .flatMap((text, from) => {
      const [, file] = /^\s*\/\/ (\S+\.[cm]?[jt]s)$/.exec(text) ?? [];
      return file === undefined ? [] : [{ from, file: file.replace(/^.*node_modules\//, '') }];
    });
  return known;
}
