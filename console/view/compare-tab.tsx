/** The shown run next to another one: what they were given, how far they are the same, and where they part. */
import { describeEvent } from '../../lib/cli/text/describe-event.ts';
import type { EventAnswer, ShownRun } from '../data/answers.ts';
import { otherRun, type OtherRun } from '../data/other-run.ts';
import { go, nowMs, place } from '../data/page-state.ts';
import { events } from '../data/run-store.ts';
import { list } from '../data/runs-store.ts';
import { compareRuns, differencesOf, type Difference } from '../history/compare-runs.ts';
import { shortValue } from '../text/short-value.ts';
import { Field } from './dialog.tsx';
import { RunLink } from './run-link.tsx';

const OFFERED = 100;

export function CompareTab({ shown }: { readonly shown: ShownRun }) {
  const state = otherRun.value;
  const offered = list.value.rows.filter(({ workflow, id }) => workflow === shown.workflow && id !== shown.id);
  return (
    <div class="now compare">
      <Field
        label="With which run"
        value={place.value.other ?? ''}
        onInput={(text) => choose(text)}
        options={offered.slice(0, OFFERED).map(({ id }) => id)}
        placeholder="an id"
      />
      {state.kind === 'reading' ? <p class="quiet">Reading ...</p> : null}
      {state.kind === 'refused' ? <p class="field-problem">{state.problem}</p> : null}
      {state.kind === 'read' ? <Compared shown={shown} other={state.other} /> : null}
    </div>
  );
}

function choose(text: string): void {
  const { other: _other, ...rest } = place.value;
  place.value = rest;
  go(text === '' ? {} : { other: text }, { isStep: true });
}

function Compared({ shown, other }: { readonly shown: ShownRun; readonly other: OtherRun }) {
  const { sameCount, otherValues, left, right } = compareRuns(events.value, other.events);
  const inputs = differencesOf(shown.input, other.run.input);
  const isSame = left === undefined && right === undefined;
  return (
    <>
      <section>
        <h2>Input</h2>
        {inputs.length === 0 ? (
          <p>Both have the same.</p>
        ) : (
          <Differences differences={inputs} ids={[shown.id, other.run.id]} />
        )}
      </section>
      <section>
        <h2>{isSame ? 'They do not part' : 'Where they part'}</h2>
        <p>
          {isSame
            ? `Both have the same events, ${sameCount} of them.`
            : `Up to event ${sameCount} they are about the same things, in the same order. Then:`}
        </p>
        {isSame ? null : (
          <div class="sides">
            <Side id={shown.id} event={left} index={sameCount} />
            <Side id={other.run.id} event={right} index={sameCount} />
          </div>
        )}
      </section>
      {otherValues.length === 0 ? null : (
        <section>
          <h2>The same events with other values</h2>
          {otherValues.map(({ index, differences }) => (
            <div key={index} class="other-value">
              <h3>
                Event {index}:{' '}
                {
                  describeEvent(
                    { ...events.value[index], value: undefined, kind: events.value[index]?.kind ?? '' },
                    nowMs.value,
                  ).text
                }
              </h3>
              <Differences differences={differences} ids={[shown.id, other.run.id]} />
            </div>
          ))}
        </section>
      )}
    </>
  );
}

function Side({
  id,
  event,
  index,
}: {
  readonly id: string;
  readonly event: EventAnswer | undefined;
  readonly index: number;
}) {
  return (
    <div>
      <h3>
        <RunLink id={id} />
      </h3>
      <p>{event === undefined ? 'has no more events' : `${index}  ${describeEvent(event, nowMs.value).text}`}</p>
    </div>
  );
}

const MOST = 50;

function Differences({
  differences,
  ids,
}: {
  readonly differences: readonly Difference[];
  readonly ids: readonly [string, string];
}) {
  return (
    <div class="table-pane" tabIndex={0} role="region" aria-label="Differences">
      <table>
        <thead>
          <tr>
            <th scope="col">Where</th>
            <th scope="col">{ids[0]}</th>
            <th scope="col">{ids[1]}</th>
          </tr>
        </thead>
        <tbody>
          {differences.slice(0, MOST).map(({ path, left, right }) => (
            <tr key={path}>
              <th scope="row">{path === '' ? 'the value' : path}</th>
              <td>{left === undefined ? 'nothing' : shortValue(left)}</td>
              <td>{right === undefined ? 'nothing' : shortValue(right)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {differences.length > MOST ? <p class="quiet">and {differences.length - MOST} more</p> : null}
    </div>
  );
}
