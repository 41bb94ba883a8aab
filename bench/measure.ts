/** Medians, percentiles, and lines of JSON. */

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The value below which `percent` of the values lie (nearest rank). */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

export function round(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}

/** Runs `measure` several times, after a third as many that do not count (the compiler's), and gives medians. */
export async function medians<Figures extends Record<string, number>>(
  times: number,
  measure: () => Promise<Figures>,
): Promise<Figures> {
  for (let time = 0; time < Math.ceil(times / 3); time++) await measure();
  const all: Figures[] = [];
  for (let time = 0; time < times; time++) all.push(await measure());
  const names = Object.keys(all[0] ?? {}) as (keyof Figures)[];
  return Object.fromEntries(names.map((name) => [name, round(median(all.map((figures) => figures[name])))])) as Figures;
}

/** The time that this process has computed since, in milliseconds: the table's server is another one. */
export function cpuMsSince(begin: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1_000;
}

/** One workload on one store: a line. */
export function print(line: Record<string, unknown>): void {
  console.log(JSON.stringify(line));
}
