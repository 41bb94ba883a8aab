/** What the table of `../README.md` has, each figure as a line of JSON. One that this lib does not have is left out. */
import { print, round } from '../measure.ts';
import { openDynalite, type BenchStore } from '../stores.ts';
import { measureSteps, measureWide } from '../workloads/engine.ts';
import { measureLongResume, measureResume } from '../workloads/resume.ts';
import { measurePut } from '../workloads/put.ts';
import { measureSeq } from '../workloads/seq.ts';
import { measureStart } from '../workloads/start.ts';
import { measureManyTasks } from './many-tasks.ts';
import { measureReadOnly } from './read-only.ts';

type Figures = Readonly<Record<string, number>>;

async function onTable<T>(measure: (store: BenchStore) => Promise<T>): Promise<T> {
  const store = await openDynalite();
  try {
    return await measure(store);
  } finally {
    await store.close();
  }
}

const parts: readonly (() => Promise<Figures>)[] = [
  async () => {
    const put = (await onTable(measurePut)) as Figures;
    const seq = await onTable(measureSeq);
    const putMs = put['msPerPut'] ?? Number.NaN;
    return {
      'a step, ms': seq.msPerStep,
      'a step, CPU ms': seq.cpuMsPerStep,
      'a step, in bare puts': round(seq.msPerStep / putMs),
    };
  },
  async () => {
    const { runsPerSecond, p99Ms, cpuMsPerRun } = await onTable(measureStart);
    return {
      'runs of 3 steps a second, 20 at a time': runsPerSecond,
      'such a run, p99 ms': p99Ms,
      'such a run, CPU ms': cpuMsPerRun,
    };
  },
  async () => {
    const { coldMs, coldCpuMs, warmMs, warmCpuMs } = await onTable(measureResume);
    return {
      'cold resume after 200 steps, ms': coldMs,
      'cold resume after 200 steps, CPU ms': coldCpuMs,
      'warm resume, ms': warmMs,
      'warm resume, CPU ms': warmCpuMs,
    };
  },
  async () => {
    const { ms, cpuMs } = await onTable(measureLongResume);
    return { 'cold resume at 10,000 records, ms': ms, 'cold resume at 10,000 records, CPU ms': cpuMs };
  },
  async () => {
    const { fresh, replayed, atOnce } = await measureSteps();
    return {
      'engine alone: a step, CPU µs': fresh,
      'engine alone: a replayed step, CPU µs': replayed,
      '10,000 steps at once that end one by one: a step, CPU µs': atOnce,
    };
  },
  async () => {
    const { records, timesOfTheBodies } = await onTable((store) => measureReadOnly(store, { readOnly: false }));
    return { '20 steps of 5 ms: records': records, 'their time in that of the bodies': timesOfTheBodies };
  },
];

/** What the commit of the table's first column cannot do. */
const newer: readonly (() => Promise<Figures>)[] = [
  async () => {
    const { runsPerSecond, p99Ms } = await onTable((store) => measureStart(store, { takesFirstTurns: true }));
    return {
      'such runs a second, first turns taken by who starts them': runsPerSecond,
      'such a run, p99 ms, first turns taken by who starts them': p99Ms,
    };
  },
  async () => {
    const { records, timesOfTheBodies } = await onTable((store) => measureReadOnly(store, { readOnly: true }));
    return {
      '20 steps of 5 ms that only read: records': records,
      'the time of such steps in that of the bodies': timesOfTheBodies,
    };
  },
  async () => ({ '100,000 steps at once that end one by one: a step, CPU µs': await measureWide() }),
  async () => ({ '1,000,000 tasks that wait: heap bytes a task': await measureManyTasks() }),
];

const isNew = process.argv.includes('--newer');
for (const part of isNew ? [...parts, ...newer] : parts) {
  for (const [figure, value] of Object.entries(await part())) print({ figure, value });
}
