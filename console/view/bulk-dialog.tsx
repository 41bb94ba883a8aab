/** An action on many runs: those that were chosen, or all that the filter finds; always with a dry run first. */
import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { act, actOnAll, type BulkResult } from '../data/act.ts';
import { shownFilter } from '../data/page-state.ts';
import type { RunFilter } from '../data/place.ts';
import { list, lookAtRuns } from '../data/runs-store.ts';
import { BULK_ACTIONS, isFor, type BulkAction } from '../text/what-happens.ts';
import { Dialog, Field, Outcome } from './dialog.tsx';
import { chosen } from './keys.ts';

interface Opened {
  readonly action: BulkAction;
  /** Undefined: all that the filter finds. */
  readonly ids: readonly string[] | undefined;
}

const opened = signal<Opened | undefined>(undefined);

const NAMES: Readonly<Record<BulkAction, string>> = {
  cancel: 'Cancel',
  terminate: 'Terminate',
  retry: 'Retry',
  delete: 'Delete',
};

/** Below the list: what can be done to the runs that are chosen, or that are filtered. */
export function BulkBar() {
  const ids = [...chosen.value];
  const hasFilter = Object.keys(filterBody(shownFilter.value)).length > 0;
  if (ids.length === 0 && !hasFilter) return null;
  return (
    <div class="bulk-bar" role="group" aria-label="Many runs">
      <span>{ids.length > 0 ? `${ids.length} chosen` : 'All that the filter finds'}</span>
      {BULK_ACTIONS.map((action) => (
        <button
          key={action}
          type="button"
          class="plain-button"
          onClick={() => (opened.value = { action, ids: ids.length > 0 ? ids : undefined })}
        >
          {NAMES[action]}
        </button>
      ))}
      {ids.length === 0 ? null : (
        <button type="button" class="plain-button" onClick={() => (chosen.value = new Set())}>
          None
        </button>
      )}
    </div>
  );
}

/** As the engine takes it. A text in ids is no filter of the engine. */
function filterBody({ workflow, status, since, until, attributes }: RunFilter): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries({
      workflow,
      status: status?.split(','),
      since,
      until,
      attributes: attributes === undefined ? undefined : (JSON.parse(attributes) as unknown),
    }).filter(([, value]) => value !== undefined),
  );
}

export function BulkDialog() {
  return opened.value === undefined ? null : <BulkForm {...opened.value} />;
}

const SHOWN = 100;

function BulkForm({ action, ids }: Opened) {
  const [dry, setDry] = useState<readonly BulkResult[]>();
  const [results, setResults] = useState<readonly BulkResult[]>([]);
  const [reason, setReason] = useState('');
  const [state, setState] = useState<'looking' | 'asking' | 'acting' | 'done'>('looking');
  const [error, setError] = useState<string>();
  const close = (): void => void (opened.value = undefined);
  useEffect(() => {
    void gather(dryRun(action, ids), setDry, setError).then(() => setState('asking'));
  }, []);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (state !== 'asking') return;
    setState('acting');
    await gather(doAll(action, dry?.map(({ id }) => id) ?? [], reason), setResults, setError);
    setState('done');
    chosen.value = new Set();
    lookAtRuns();
  };
  const count = dry?.length ?? 0;
  const failed = results.filter((result) => result.error !== undefined).length;
  return (
    <Dialog title={`${NAMES[action]} many runs`} onClose={close}>
      <form onSubmit={(event) => void submit(event)}>
        <p role="status">
          {state === 'looking' ? `Looking ... ${count} so far` : null}
          {state === 'asking'
            ? `${count} runs, and no others: ${action === 'delete' ? 'they go with all their data' : `each of them is asked to ${action}`}.`
            : null}
          {state === 'acting' ? `${results.length} of ${count} ...` : null}
          {state === 'done' ? `${results.length - failed} done, ${failed} refused.` : null}
        </p>
        <ul class="bulk-runs" tabIndex={0} aria-label="Runs">
          {(state === 'done' ? results : (dry ?? [])).slice(0, SHOWN).map(({ id, error: refusal }) => (
            <li key={id}>
              <code>{id}</code> {refusal === undefined ? null : <span class="field-problem">{refusal.message}</span>}
            </li>
          ))}
          {count > SHOWN ? <li class="quiet">and {count - SHOWN} more</li> : null}
        </ul>
        {action === 'cancel' || action === 'terminate' ? (
          <Field label="Reason" value={reason} onInput={setReason} />
        ) : null}
        <Outcome error={error} />
        <div class="dialog-buttons">
          <button type="button" class="plain-button" onClick={close}>
            Close
          </button>
          {state === 'done' ? null : (
            <button
              type="submit"
              class={`plain-button is-main${action === 'delete' || action === 'terminate' ? ' is-danger' : ''}`}
              disabled={state !== 'asking' || count === 0}
            >
              {NAMES[action]} {count}
            </button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

/** Page by page, shown as they come. */
async function gather(
  pages: AsyncIterable<readonly BulkResult[]>,
  show: (results: readonly BulkResult[]) => void,
  fail: (message: string) => void,
): Promise<void> {
  let all: readonly BulkResult[] = [];
  try {
    for await (const page of pages) show((all = [...all, ...page]));
    show(all);
  } catch (error) {
    fail((error as Error).message);
  }
}

/** Which runs it would be. */
async function* dryRun(action: BulkAction, ids: readonly string[] | undefined): AsyncGenerator<readonly BulkResult[]> {
  if (ids === undefined) {
    yield* actOnAll(action, filterBody(shownFilter.value), { dryRun: true });
    return;
  }
  const byId = new Map(list.value.rows.map((row) => [row.id, row]));
  yield ids.filter((id) => isFor(action, byId.get(id)?.status ?? '')).map((id) => ({ id, done: false }));
}

/** Those of the dry run, one by one: what was started since is not among them. */
async function* doAll(
  action: BulkAction,
  ids: readonly string[],
  reason: string,
): AsyncGenerator<readonly BulkResult[]> {
  for (const id of ids) {
    try {
      await act(action, id, { reason }, crypto.randomUUID());
      yield [{ id, done: true }];
    } catch (error) {
      yield [{ id, done: false, error: { code: '', message: (error as Error).message } }];
    }
  }
}
