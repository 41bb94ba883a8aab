/**
 * Forks a run: starts a run of its own whose journal begins with that of another one, up to a step. The run item says what
 * is to be copied, and is written at once, as at any start: so there is never half a fork. The first turn copies.
 */
import { encodedBytes } from '../codec/encode.ts';
import type { Encoded } from '../core/encoded.ts';
import { ForkRefusedError, InvalidArgumentError, RunIdTakenError, RunNotFoundError } from '../core/run-errors.ts';
import { describeValue } from '../core/describe-value.ts';
import { SHORTEST_RETENTION_MS } from '../core/shortest-retention.ts';
import { suggest } from '../core/suggest.ts';
import { validateInput } from './validate-input.ts';
import { isRecordedCommand, type JournalEntry, type RecordedCommand } from '../journal/event.ts';
import { findDamage, readableEntries } from '../journal/find-damage.ts';
import { forkedPart, openCallbacks } from '../journal/forked-part.ts';
import { stepIdOf } from '../core/step-id.ts';
import { standingEntries } from '../journal/standing.ts';
import { unlessLocked } from '../ports/locked-records.ts';
import type { ForkPoint, RunItem } from '../ports/run-item.ts';
import type { NewRun, Store } from '../ports/store.ts';
import { sendWake } from './best-effort.ts';
import type { ClientPorts } from './client-ports.ts';
import { digestInput, encodeInput } from './encode-input.ts';
import { checkNewRunId, digestText } from './identifiers.ts';
import { newDeadline } from './retry-run.ts';
import { retryUnavailable } from './retry-unavailable.ts';
import { readStoredForm } from './run-value.ts';
import { createNewRun, forgetInput, keepInput, keyOf, placeInput } from './start-run.ts';

/** Where a run is forked, and what the fork is given. */
export interface ForkOptions {
  /** The `stepId` of a step, as its context and the history show it: `charge#3`. The fork goes on right before it. */
  readonly before: string;
  /** Another input. Default: that of the run. */
  readonly input?: unknown;
  /**
   * The id of the fork, as at a start. Default: one is made up. With an id, the same fork may be
   * asked for again; an id that is taken by another run is a RunIdTakenError.
   */
  readonly id?: string | undefined;
}

/** Gives the id of the fork. */
export async function forkRun(ports: ClientPorts, runId: string, options: ForkOptions): Promise<string> {
  const { before, id } = options;
  if (typeof before !== 'string') {
    throw new InvalidArgumentError(
      `before cannot be ${describeValue(before)}: give the stepId of a step, as in 'charge#3'`,
    );
  }
  const nowMs = ports.clock.nowMs();
  const store = await ports.openStore();
  const wakes = await ports.openWakes();
  const run = await retryUnavailable(ports.clock, () => store.readRun(runId));
  if (run === undefined) throw new RunNotFoundError(runId);
  const newId = id === undefined ? ports.ids.runId(nowMs) : checkNewRunId(id, run.workflow);
  if (run.endedAtMs !== undefined && run.dueAtMs !== undefined && run.dueAtMs <= nowMs + SHORTEST_RETENTION_MS) {
    throw new ForkRefusedError(runId, 'it is about to be purged, since its retention is over. Start a run instead');
  }
  if (run.base !== undefined) {
    throw new ForkRefusedError(
      runId,
      'its workflow has an unbounded history, and its journal is not whole: start another run instead',
    );
  }
  const records = await retryUnavailable(ports.clock, () => store.loadRecords(runId, 0, undefined, run.link));
  const damage = findDamage(unlessLocked(runId, records));
  if (damage !== undefined) throw new ForkRefusedError(runId, `its journal is not whole: ${damage}`);
  const journal = readableEntries(records);
  const point = toPoint(run, journal, before);
  const deadlineAtMs = newDeadline(run, journal, nowMs);
  const given = await readInput(ports, store, { run, options });
  const fork: NewRun = {
    runId: newId,
    workflow: run.workflow,
    createdAtMs: nowMs,
    input: placeInput(ports, given),
    inputDigest: `fork:${digestText(JSON.stringify([runId, before, given.digest]))}`,
    dueAtMs: 0,
    ...(deadlineAtMs === undefined ? {} : { deadlineAtMs }),
    ...(run.attributes === undefined ? {} : { attributes: run.attributes }),
    goesOnFrom: point,
  };
  const creation = await createNewRun(ports, store, fork, given.value);
  if (creation.kind === 'exists') {
    if (keyOf(creation.run.input) !== keyOf(fork.input)) await forgetInput(ports, store, fork);
    if (creation.run.inputDigest !== fork.inputDigest)
      throw new RunIdTakenError(newId, ': choose another id for the fork');
  } else if (id !== undefined) await keepInput(ports, store, fork, given.value);
  await sendWake(ports, wakes, newId);
  return newId;
}

/** The place of the step in the journal; throws a ForkRefusedError if there is none, or a fork from there would wait forever. */
function toPoint({ runId, link }: RunItem, journal: readonly JournalEntry[], before: string): ForkPoint {
  if (journal.length === 0) throw new ForkRefusedError(runId, 'it has not begun. Start another run instead');
  const commands = standingEntries(journal).entries.filter(isRecordedCommand);
  const command = commands.find((entry) => stepIdOf(entry) === before);
  if (command === undefined) throw new ForkRefusedError(runId, noSuchStep(commands, before));
  const point: ForkPoint = {
    kind: 'fork',
    runId,
    ...(link === undefined ? {} : { link }),
    entries: journal.length,
    at: command.id,
    before,
  };
  const part = forkedPart(journal, point);
  const [open] = part === undefined ? [] : openCallbacks(part);
  const callback = commands.find(({ id }) => id === open);
  if (callback === undefined) return point;
  throw new ForkRefusedError(
    runId,
    `callback "${callback.name}" was made before "${before}" and is open: what comes by its token goes to this run. Fork ` +
      `before "${callback.name}#${callback.id}", or when it is completed`,
  );
}

const SHOWN = 5;

function noSuchStep(commands: readonly RecordedCommand[], before: string): string {
  const ids = commands.map(stepIdOf);
  if (ids.length === 0) return 'it has not asked for anything yet. Start another run instead';
  const [name, position] = before.split('#');
  const near = [
    ...ids.filter((id) => id.startsWith(`${name}#`)),
    ...[suggest(before, ids)].flatMap((id) => id ?? []),
    ...ids.filter((id) => position !== undefined && id.endsWith(`#${position}`)),
  ];
  const shown = [...new Set(near.length > 0 ? near : ids.slice(-SHOWN))].slice(0, SHOWN).map((id) => `"${id}"`);
  const which = near.length > 0 ? 'Near it' : 'The last ones';
  return `there is no step "${before}" in it. ${which}: ${shown.join(', ')}. The history has all of them, as stepId`;
}

interface GivenInput {
  readonly value: Encoded;
  readonly bytes: number;
  readonly digest: string;
}

async function readInput(
  ports: ClientPorts,
  store: Store,
  { run, options }: { readonly run: RunItem; readonly options: ForkOptions },
): Promise<GivenInput> {
  if (!Object.hasOwn(options, 'input')) {
    const value = await retryUnavailable(ports.clock, () => readStoredForm(store, run.runId, run.input));
    return { value, bytes: encodedBytes(value), digest: run.inputDigest };
  }
  const what = `the input of workflow "${run.workflow}"`;
  const valid = await validateInput(run.workflow, options.input, ports.registry?.find(run.workflow));
  return { ...encodeInput(what, valid, store.limits), digest: digestInput(what, options.input) };
}
