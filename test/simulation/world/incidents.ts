/** What befalls the whole cloud at its time: lost queues, refused calls, wrong clocks, deaths, deploys. */
import type { Code } from './code.ts';
import type { CodeKind } from './deployments.ts';
import { type Dice, hashText } from './dice.ts';
import type { Faults } from './faults.ts';
import type { Fleet } from './fleet.ts';
import type { Timeline } from './timeline.ts';
import type { Incident, Weather } from './weather.ts';

export interface IncidentsOptions {
  readonly timeline: Timeline;
  readonly faults: Faults;
  readonly dice: Dice;
  readonly weather: Weather;
  readonly startMs: number;
  /** Makes the code of the next deploy. */
  readonly nextCode: (kind: CodeKind) => Code;
}

export class Incidents {
  readonly #options: IncidentsOptions;
  #blackoutUntilMs = -Infinity;
  #outage: { readonly untilMs: number; readonly share: number } = { untilMs: -Infinity, share: 0 };
  #clocks = 0;
  #jumpMs = 0;

  constructor(options: IncidentsOptions) {
    this.#options = options;
  }

  get isBlackedOut(): boolean {
    return this.#options.timeline.nowMs < this.#blackoutUntilMs;
  }

  get outageShare(): number {
    return this.#options.timeline.nowMs < this.#outage.untilMs ? this.#outage.share : 0;
  }

  /** What the clock of a process shows too much. */
  clockErrorMs(process: string): number {
    const { faults, dice, weather } = this.#options;
    const mostMs = weather.clockErrorMs + this.#jumpMs;
    if (faults.areOver || mostMs === 0) return 0;
    const errorMs = Math.round((dice.roll(hashText(process)) * 2 - 1) * mostMs);
    return faults.incident('clock-error', `clock of ${process} wrong`) ? errorMs : 0;
  }

  plan(fleet: Fleet): void {
    const { timeline, faults, weather, startMs } = this.#options;
    weather.incidents.forEach((incident, index) => {
      timeline.at(startMs + incident.atMs, () => {
        if (faults.areOver || !faults.incident(incident.kind, `${incident.kind} #${index + 1}`)) return;
        this.#befall(incident, fleet);
      });
    });
  }

  /** All is well again: clocks are right, and the code that is deployed follows every journal. */
  end(fleet: Fleet): void {
    const { faults, nextCode } = this.#options;
    faults.areOver = true;
    this.#outage = { untilMs: -Infinity, share: 0 };
    this.#blackoutUntilMs = -Infinity;
    for (const { process } of fleet.workers) process.setOffset(0);
    fleet.deploy(nextCode('bilingual'));
  }

  #befall(incident: Incident, fleet: Fleet): void {
    const { timeline, nextCode, dice } = this.#options;
    switch (incident.kind) {
      case 'blackout':
        this.#blackoutUntilMs = timeline.nowMs + incident.forMs;
        return;
      case 'outage':
        this.#outage = { untilMs: timeline.nowMs + incident.forMs, share: incident.share };
        return;
      case 'clocks-jump':
        this.#clocks += 1;
        this.#jumpMs = incident.byMs;
        for (const { process } of fleet.workers) {
          const part = dice.roll(hashText(`${process.name} jump ${this.#clocks}`)) * 2 - 1;
          process.setOffset(process.offsetMs + Math.round(part * incident.byMs));
        }
        return;
      case 'freeze-all':
        for (const { process } of fleet.workers) process.freeze(incident.forMs);
        return;
      case 'kill-all':
        for (const { process } of fleet.workers) process.die();
        return;
      case 'deploy':
        this.#deploy(nextCode('following'), fleet);
        return;
      case 'deploy-back':
        this.#deploy(nextCode('back'), fleet);
        return;
      case 'deploy-other':
        this.#deploy(nextCode('other'), fleet);
        return;
      case 'deploy-empty':
        this.#deploy(nextCode('empty'), fleet);
    }
  }

  /** With it the oldest versions may go. */
  #deploy(code: Code, fleet: Fleet): void {
    const { faults, dice, weather } = this.#options;
    fleet.deploy(code);
    const { deletes, keeps } = weather.pinned ?? { deletes: 0, keeps: 0 };
    if (dice.roll(hashText(`deletion with ${code.version}`)) >= deletes) return;
    if (faults.incident('versions-deleted', `deletion with ${code.version}`)) fleet.deleteOldest(keeps);
  }
}
