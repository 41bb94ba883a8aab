/** What befalls processes and disks while runs go on: drawn one after the other. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Dice } from '../simulation/world/dice.ts';
import { type FunctionName, functionProcesses } from './function-processes.ts';
import type { WireRates } from './proxy.ts';
import type { SmallDisk } from './small-disk.ts';
import type { WireCloud } from './wire-cloud.ts';

export const INCIDENTS = {
  'kill-worker': 5,
  'kill-api': 2,
  'kill-sweeper': 1,
  'kill-all-functions': 1,
  /** Stands still past its lease, and goes on as if nothing had been. */
  'freeze-worker': 5,
  'freeze-api': 1,
  'freeze-cloud': 1,
  'kill-table': 3,
  'kill-cloud': 1,
  'disk-full': 6,
  /** Other rates of what goes wrong on the wire. */
  weather: 6,
} as const;

export type Incident = keyof typeof INCIDENTS;

export interface IncidentsOptions {
  readonly cloud: WireCloud;
  readonly dice: Dice;
  readonly leaseMs: number;
  readonly disk: SmallDisk | undefined;
}

const HIGHEST_RATE = 0.06;

export class Incidents {
  readonly counts = new Map<Incident, number>();
  readonly #options: IncidentsOptions;

  constructor(options: IncidentsOptions) {
    this.#options = options;
  }

  /** Until then; what was frozen goes on before this resolves, and the disk has room again. */
  async goOnUntil(endMs: number): Promise<void> {
    const { dice, disk } = this.#options;
    const { 'disk-full': diskFull, ...others } = INCIDENTS;
    const weights: Record<Incident, number> = { ...others, 'disk-full': disk === undefined ? 0 : diskFull };
    this.#changeWeather();
    while (Date.now() < endMs) {
      await delay(Math.min(dice.magnitude(100, 3_000), Math.max(0, endMs - Date.now())));
      await this.#happen(dice.weighted(weights));
    }
  }

  async #happen(incident: Incident): Promise<void> {
    const { cloud, dice, leaseMs, disk } = this.#options;
    this.counts.set(incident, (this.counts.get(incident) ?? 0) + 1);
    const past = leaseMs * (1.1 + 2 * dice.next());
    switch (incident) {
      case 'kill-worker':
      case 'kill-api':
      case 'kill-sweeper':
        signalTo(this.#some(incident.slice('kill-'.length) as FunctionName), 'SIGKILL');
        return;
      case 'kill-all-functions':
        for (const { pid } of this.#all()) signalTo(pid, 'SIGKILL');
        return;
      case 'freeze-worker':
      case 'freeze-api':
        return freeze(this.#some(incident.slice('freeze-'.length) as FunctionName), past);
      case 'freeze-cloud':
        return freeze(cloud.pid, past);
      case 'kill-table':
        signalTo(cloud.tablePid, 'SIGKILL');
        return;
      case 'kill-cloud':
        signalTo(cloud.pid, 'SIGKILL');
        // Sometimes killed again while it begins.
        if (dice.chance(0.8)) await cloud.untilReady();
        return;
      case 'disk-full':
        disk?.fill();
        await delay(past);
        disk?.clear();
        // What could not write has to be started again, as anybody would whose disk was full.
        signalTo(dice.chance(0.5) ? cloud.tablePid : cloud.pid, 'SIGKILL');
        return;
      case 'weather':
        this.#changeWeather();
        return;
    }
  }

  #changeWeather(): void {
    const { cloud, dice } = this.#options;
    const draw = (): WireRates => {
      const most = dice.pick([0, HIGHEST_RATE / 4, HIGHEST_RATE, HIGHEST_RATE]);
      const rate = (): number => (dice.chance(0.5) ? most * dice.next() : 0);
      return {
        ...{ 'cut-before': rate(), 'cut-after': rate(), 'cut-within': rate(), late: rate(), slow: rate() },
        ...{ twice: rate(), 'failed-before': rate(), 'failed-after': rate(), throttled: rate() },
      };
    };
    cloud.setRates({ table: draw(), queue: draw(), bucket: draw() });
  }

  #all(): { readonly pid: number; readonly name: FunctionName }[] {
    const { pid } = this.#options.cloud;
    return pid === undefined ? [] : functionProcesses(pid);
  }

  #some(name: FunctionName): number | undefined {
    const possible = this.#all().filter((process) => process.name === name);
    return possible.length === 0 ? undefined : this.#options.dice.pick(possible).pid;
  }
}

async function freeze(pid: number | undefined, forMs: number): Promise<void> {
  signalTo(pid, 'SIGSTOP');
  await delay(forMs);
  signalTo(pid, 'SIGCONT');
}

/** Nothing happens to what has gone meanwhile. */
function signalTo(pid: number | undefined, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
  if (pid === undefined || pid <= 0) return;
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
