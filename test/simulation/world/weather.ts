/**
 * The weather of one simulation: which faults there are and how often, how the engine is set up, what befalls the whole
 * cloud when. Each seed turns some of it on and leaves the rest alone: what is never absent hides what it never meets.
 */
import { DEFAULT_SETTINGS, type EngineSettings } from '../../../lib/engine/settings.ts';
import type { Dice } from './dice.ts';
import { FAULT_KINDS, type FaultKind, type FaultRates, NO_FAULTS } from './faults.ts';

/** Something that befalls the cloud as a whole. */
export type Incident = { readonly atMs: number } & (
  | { readonly kind: 'blackout'; readonly forMs: number }
  /** The table refuses this share of the calls. */
  | { readonly kind: 'outage'; readonly forMs: number; readonly share: number }
  /** The clocks of all workers jump, each by its own amount up to this. */
  | { readonly kind: 'clocks-jump'; readonly byMs: number }
  | { readonly kind: 'freeze-all'; readonly forMs: number }
  | { readonly kind: 'kill-all' }
  | { readonly kind: 'deploy' }
  /** A deploy of the code before: it cannot follow runs that took the newest patch. */
  | { readonly kind: 'deploy-back' }
  /** A deploy of code that cannot follow the journals there are; the next one can. */
  | { readonly kind: 'deploy-other' }
  /** A deploy that has forgotten the workflows; the next one has them. */
  | { readonly kind: 'deploy-empty' }
);

/** Runs are pinned to the version of the worker that began them. */
export interface Pinned {
  /** After this share of the deploys all versions are deleted but the newest so many. */
  readonly deletes: number;
  readonly keeps: number;
}

/** There is an event bus, which hears of runs. */
export interface BusWeather {
  /** The share of the events that it refuses for now. */
  readonly refuses: number;
  /** When it takes nothing. */
  readonly away: readonly { readonly atMs: number; readonly forMs: number }[];
}

/** Values are encrypted, by a key that may be taken away for a while, and be replaced. */
export interface KeyWeather {
  readonly away: readonly { readonly atMs: number; readonly forMs: number }[];
  /** All is encrypted anew then; the first one who does that may die after so many items. */
  readonly rotation?: { readonly atMs: number; readonly diesAfter?: number | undefined } | undefined;
}

export interface Weather {
  readonly rates: FaultRates;
  readonly incidents: readonly Incident[];
  /** Of the simulated time; after it nothing goes wrong any more. */
  readonly faultsEndAtMs: number;
  readonly settings: Partial<EngineSettings>;
  /** The table has a bucket beside it. */
  readonly hasBucket?: true;
  readonly workers: number;
  readonly batchSize: number;
  readonly warmth: number;
  readonly latencyMs: number;
  readonly sweepPeriodMs: number;
  readonly visibilityMs: number;
  readonly invocationLimitMs: number;
  /** Clocks are wrong by up to this, either way. */
  readonly clockErrorMs: number;
  /** Undefined: whoever is woken takes the turn. */
  readonly pinned?: Pinned | undefined;
  /** Undefined: the engine has none. */
  readonly bus?: BusWeather | undefined;
  /** Undefined: values are not encrypted. */
  readonly payloadKey?: KeyWeather | undefined;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Nothing goes wrong. */
export const CALM: Weather = {
  rates: NO_FAULTS,
  incidents: [],
  faultsEndAtMs: 0,
  settings: { strict: true, maxInterruptions: 1_000 },
  workers: 1,
  batchSize: 1,
  warmth: 1,
  latencyMs: 10,
  sweepPeriodMs: DEFAULT_SETTINGS.leaseMs,
  visibilityMs: HOUR,
  invocationLimitMs: 15 * MINUTE,
  clockErrorMs: 0,
  pinned: undefined,
  bus: undefined,
};

/** The most that is likely to let anything get done. */
const HIGHEST_RATES: FaultRates = {
  dieBefore: 0.08,
  dieAfter: 0.08,
  freeze: 0.05,
  requestLost: 0.15,
  answerLost: 0.15,
  sentTwice: 0.2,
  carriedOutLater: 0.08,
  overtaken: 0.2,
  slow: 0.08,
  half: 0.3,
  wakeLost: 0.7,
  wakeRepeated: 0.7,
  wakeLate: 0.7,
  indexBehind: 0.8,
  bodyDies: 0.2,
  bodyHangs: 0.05,
  bodyFails: 0.3,
};

export function drawWeather(dice: Dice): Weather {
  const leaseMs = dice.pick([10_000, 30_000, 30_000]);
  const faultsEndAtMs = Math.round(dice.magnitude(2 * MINUTE, 3 * HOUR));
  const pinned = drawPinned(dice.named('pinned'));
  const bus = drawBus(dice.named('bus'), faultsEndAtMs);
  const payloadKey = drawPayloadKey(dice.named('payload-key'), faultsEndAtMs);
  const deploys = pinned === undefined ? [] : drawDeploys(dice.named('deploys'), faultsEndAtMs);
  return {
    rates: drawRates(dice.named('rates')),
    incidents: [...drawIncidents(dice.named('incidents'), faultsEndAtMs, leaseMs), ...deploys],
    faultsEndAtMs,
    settings: drawSettings(dice.named('settings'), leaseMs),
    workers: dice.pick([1, 2, 2, 3, 4]),
    batchSize: dice.pick([1, 1, 3, 10]),
    warmth: dice.pick([0, 0.5, 0.9, 1]),
    latencyMs: dice.magnitude(1, 400),
    sweepPeriodMs: leaseMs * dice.pick([0.3, 0.5, 1]),
    visibilityMs: dice.pick([MINUTE, 5 * MINUTE, 16 * MINUTE]),
    invocationLimitMs: dice.pick([20_000, MINUTE, 5 * MINUTE, 15 * MINUTE]),
    clockErrorMs: dice.pick([0, 0, 0, 300, 5_000, 4 * MINUTE]),
    ...(pinned === undefined ? {} : { pinned }),
    ...(bus === undefined ? {} : { bus }),
    ...(payloadKey === undefined ? {} : { payloadKey }),
  };
}

function drawPayloadKey(dice: Dice, untilMs: number): KeyWeather | undefined {
  if (!dice.chance(0.25)) return undefined;
  const away = Array.from({ length: dice.pick([0, 1, 1, 3]) }, () => ({
    atMs: Math.round(dice.next() * Math.min(untilMs, 20 * MINUTE)),
    forMs: Math.round(dice.magnitude(1_000, HOUR)),
  }));
  if (!dice.chance(0.5)) return { away };
  const atMs = Math.round(dice.next() * Math.min(untilMs, 20 * MINUTE));
  return { away, rotation: { atMs, diesAfter: dice.pick([undefined, 3, 20]) } };
}

function drawPinned(dice: Dice): Pinned | undefined {
  return dice.chance(0.2) ? { deletes: dice.pick([0, 0.3, 0.8]), keeps: dice.between(1, 3) } : undefined;
}

function drawBus(dice: Dice, untilMs: number): BusWeather | undefined {
  if (!dice.chance(0.35)) return undefined;
  const away = Array.from({ length: dice.pick([0, 0, 1, 3]) }, () => ({
    atMs: Math.round(dice.next() * Math.min(untilMs, 10 * MINUTE)),
    forMs: Math.round(dice.magnitude(1_000, 2 * HOUR)),
  }));
  return { refuses: dice.pick([0, 0, 0.1, 0.5]), away };
}

/** Without deploys all runs have one version. */
function drawDeploys(dice: Dice, untilMs: number): Incident[] {
  return Array.from({ length: dice.between(1, 4) }, () => {
    const atMs = Math.round(dice.next() * Math.min(untilMs, 10 * MINUTE));
    return { kind: dice.weighted({ deploy: 2, 'deploy-other': 2, 'deploy-empty': 0.5 }), atMs };
  });
}

function drawRates(dice: Dice): FaultRates {
  const share = dice.pick([0, 0.15, 0.3, 0.5]);
  const rates: Record<FaultKind, number> = { ...NO_FAULTS };
  for (const kind of FAULT_KINDS) {
    const highest = HIGHEST_RATES[kind];
    if (dice.chance(share)) rates[kind] = dice.magnitude(highest / 30, highest);
  }
  return rates;
}

function drawIncidents(dice: Dice, untilMs: number, leaseMs: number): Incident[] {
  const incidents: Incident[] = [];
  const count = dice.pick([0, 0, 1, 2, 4]);
  for (let index = 0; index < count; index += 1) {
    const atMs = Math.round(dice.next() * Math.min(untilMs, 20 * MINUTE));
    const kind = dice.weighted({
      ...{
        blackout: 1,
        outage: 1,
        'clocks-jump': 1,
        'freeze-all': 1,
        'kill-all': 2,
        deploy: 1,
        'deploy-other': 2,
        'deploy-empty': 0.7,
      },
    });
    switch (kind) {
      case 'blackout':
        incidents.push({ kind, atMs, forMs: Math.round(dice.magnitude(MINUTE, HOUR)) });
        break;
      case 'outage':
        incidents.push({ kind, atMs, forMs: Math.round(dice.magnitude(1_000, 5 * MINUTE)), share: dice.next() });
        break;
      case 'clocks-jump':
        incidents.push({ kind, atMs, byMs: Math.round(dice.magnitude(100, 5 * MINUTE)) });
        break;
      case 'freeze-all':
        incidents.push({ kind, atMs, forMs: Math.round(leaseMs * dice.magnitude(0.1, 4)) });
        break;
      default:
        incidents.push({ kind, atMs });
    }
  }
  return incidents.sort((a, b) => a.atMs - b.atMs);
}

function drawSettings(dice: Dice, leaseMs: number): Partial<EngineSettings> {
  return {
    leaseMs,
    strict: true,
    hotWaitMs: dice.pick([0, 1_000, 1_000, 10_000]),
    wakeSlackMs: dice.pick([0, 500]),
    longestWakeDelayMs: dice.pick([0, 900_000, 900_000]),
    maxStepsInFlight: dice.pick([1, 3, 500, 500]),
    // Many more than any weather brings: what is poison says so in its workload.
    maxInterruptions: 1_000,
    maxRecordBytes: dice.pick([100, 2_000, 300_000, 300_000]),
    maxInlineBytes: dice.pick([0, 200, 200]),
    maxWarmRuns: dice.pick([0, 1, 200, 200]),
    rebuildAtEveryAwait: dice.chance(0.15),
  };
}
