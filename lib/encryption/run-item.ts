/**
 * The run item: which of its parts are encrypted. Its ids, names, times, states and attributes stay readable, since the
 * table looks for runs by them; so does why it is blocked, which an operator sees who has no key.
 */
import type { Encoded } from '../core/encoded.ts';
import { findSealed, SEALED_TEXT, toSealed } from '../core/sealed.ts';
import type { RetryPoint, RunItem, RunShows, StoredValue } from '../ports/run-item.ts';
import type { NewRun } from '../ports/store.ts';
import type { PlaceOfText } from './cipher.ts';
import { REASON_UNREADABLE } from './messages.ts';
import { FIRST_EPOCH, firstRecordOf, type FirstTurn } from '../ports/first-turn.ts';
import { places } from './places.ts';
import { openRecord, sealRecord } from './records.ts';
import type { Sealer } from './sealer.ts';

type StoredFirstTurn = NonNullable<RunItem['firstTurn']>;

/** Operation 1. */
export async function sealNewRun(sealer: Sealer, run: NewRun): Promise<NewRun> {
  if (!sealer.isOn) return run;
  const { runId, input, inputDigest } = run;
  return {
    ...run,
    input: await sealStored(sealer, places.input(runId, 1), input),
    inputDigest: await sealText(sealer, places.inputDigest(runId), inputDigest),
    ...(run.firstTurn && { firstTurn: await sealFirstTurn(sealer, runId, run.firstTurn) }),
  };
}

async function sealFirstTurn(sealer: Sealer, runId: string, firstTurn: FirstTurn): Promise<FirstTurn> {
  const { entries, then, ...rest } = firstTurn;
  const { sealed } =
    entries === undefined
      ? {}
      : await sealRecord(sealer, runId, { number: 1, epoch: FIRST_EPOCH, nonce: firstTurn.nonce, entries }, 1);
  const written = sealed === undefined ? { ...rest, ...(entries && { entries }) } : { ...rest, sealed };
  if (then.kind === 'goes-on') return { ...written, then };
  const shown = then.shows === undefined ? then : { ...then, shows: await sealShows(sealer, runId, then.shows) };
  if (shown.kind === 'rests') return { ...written, then: shown };
  return { ...written, then: { ...shown, result: await sealStored(sealer, places.result(runId), shown.result) } };
}

/** What cannot be decrypted stays as it is: it shows when it is read as a record. */
async function openFirstTurn(sealer: Sealer, runId: string, firstTurn: StoredFirstTurn): Promise<StoredFirstTurn> {
  const record = firstRecordOf({ firstTurn });
  if (record?.sealed === undefined) return firstTurn;
  const { damage, entries } = await openRecord(sealer, runId, record, 1);
  return damage === undefined ? { nonce: firstTurn.nonce, entries } : firstTurn;
}

export async function openRun(sealer: Sealer, run: RunItem): Promise<RunItem> {
  const { runId, firstTurn, input, inputDigest, link = 1, result, goesOnFrom } = run;
  return {
    ...(await openShows(sealer, runId, run)),
    input: await openStored(sealer, places.input(runId, link), input),
    inputDigest: await openText(sealer, places.inputDigest(runId), inputDigest),
    ...(firstTurn === undefined ? {} : { firstTurn: await openFirstTurn(sealer, runId, firstTurn) }),
    ...(result === undefined ? {} : { result: await openStored(sealer, places.result(runId), result) }),
    ...(goesOnFrom?.kind === 'retry' ? { goesOnFrom: await openRetry(sealer, runId, goesOnFrom) } : {}),
  };
}

/** What a run shows of itself: its status. The attributes are there to be looked for. */
export async function sealShows<S extends RunShows>(sealer: Sealer, runId: string, shows: S): Promise<S> {
  const { customStatus } = shows;
  if (customStatus === undefined || !sealer.isOn) return shows;
  return { ...shows, customStatus: await sealer.sealValue(places.status(runId), customStatus) };
}

export async function openShows<S extends RunShows>(sealer: Sealer, runId: string, shows: S): Promise<S> {
  const { customStatus } = shows;
  if (customStatus === undefined || findSealed(customStatus) === undefined) return shows;
  return { ...shows, customStatus: await sealer.openValue(places.status(runId), customStatus) };
}

export async function sealStored(sealer: Sealer, place: PlaceOfText, stored: StoredValue): Promise<StoredValue> {
  return stored.kind === 'item' ? stored : { kind: 'inline', value: await sealer.sealValue(place, stored.value) };
}

export async function openStored(sealer: Sealer, place: PlaceOfText, stored: StoredValue): Promise<StoredValue> {
  if (stored.kind === 'item' || findSealed(stored.value) === undefined) return stored;
  return { kind: 'inline', value: await sealer.openValue(place, stored.value) };
}

/** Operation 25. */
export async function sealRetry(sealer: Sealer, runId: string, point: RetryPoint): Promise<RetryPoint> {
  const sealed = await sealer.seal(places.reason(runId), point.reason);
  return sealed === undefined ? point : { ...point, reason: '', sealed };
}

/** What it says is shown, and no more: the run is held for its journal. */
async function openRetry(sealer: Sealer, runId: string, { sealed, ...point }: RetryPoint): Promise<RetryPoint> {
  if (sealed === undefined) return point;
  const opened = await sealer.open(places.reason(runId), sealed);
  return { ...point, reason: opened?.kind === 'open' ? (JSON.parse(opened.value) as string) : REASON_UNREADABLE };
}

async function sealText(sealer: Sealer, place: PlaceOfText, text: string): Promise<string> {
  const sealed = await sealer.seal(place, text, text);
  return sealed === undefined ? text : SEALED_TEXT + (findSealed(sealed)?.v ?? '');
}

/** What cannot be decrypted stays as it is: it is compared, or shown, and is then no input of anything. */
async function openText(sealer: Sealer, place: PlaceOfText, text: string): Promise<string> {
  if (!text.startsWith(SEALED_TEXT)) return text;
  const stored: Encoded = toSealed(text.slice(SEALED_TEXT.length));
  const opened = await sealer.open(place, stored);
  return opened?.kind === 'open' ? opened.value : text;
}
