/** How the run stood at an event of its history: what it had asked for, and what had come of it. */
import { describeEvent } from '../../lib/cli/text/describe-event.ts';
import { nowMs, place, go } from '../data/page-state.ts';
import { events } from '../data/run-store.ts';
import { step, toNow } from '../data/step-through.ts';
import { stateAt, type CommandState } from '../history/state-at.ts';
import { Moment } from './moment.tsx';

const SHOWN = 300;

/** The steps through time, and what is of the event that is stepped to. */
export function ThenTab({ index }: { readonly index: number }) {
  const event = events.value[index];
  if (event === undefined) return <p class="nothing">There is no event {index}.</p>;
  const { commands, doneCount, failedCount } = stateAt(events.value, index);
  return (
    <section>
      <h2>
        After event {index} of {events.value.length - 1}
      </h2>
      <p class="then-event">
        {event.at === undefined ? null : <Moment at={event.at} />}{' '}
        {describeEvent(event, nowMs.value).text.slice(0, 600)}
      </p>
      <p class="quiet">
        {doneCount} had been done, {failedCount} had failed, and it waited for{' '}
        {commands.filter(({ state }) => state === 'open').length}:
      </p>
      <ul class="commands">
        {commands.slice(0, SHOWN).map((command) => (
          <li key={command.id} class={command.isChanged ? 'is-changed' : ''}>
            <Command command={command} />
          </li>
        ))}
        {commands.length > SHOWN ? <li class="quiet">and {commands.length - SHOWN} more</li> : null}
      </ul>
    </section>
  );
}

const NAMES: Readonly<Record<string, string>> = { receive: 'signal' };

function Command({ command }: { readonly command: CommandState }) {
  const { kind, name, state, since, attempt, retryAt, dueAt } = command;
  return (
    <>
      <span class={`command-state is-${state}`}>{state}</span>
      <span>
        {NAMES[kind] ?? kind} "{name}"
      </span>
      {since === undefined ? null : (
        <span class="quiet">
          since <Moment at={since} />
        </span>
      )}
      {attempt > 1 ? <span>attempt {attempt}</span> : null}
      {retryAt === undefined ? null : (
        <span class="quiet">
          at <Moment at={retryAt} />
        </span>
      )}
      {dueAt === undefined ? null : (
        <span class="quiet">
          until <Moment at={dueAt} />
        </span>
      )}
    </>
  );
}

/** Goes through the history, one event at a time or far. */
export function Stepper() {
  const last = events.value.length - 1;
  const at = place.value.event;
  if (last < 0) return null;
  return (
    <div class="stepper" role="group" aria-label="Through time">
      <button
        type="button"
        class="plain-button"
        aria-label="One event back"
        disabled={at === 0}
        onClick={() => step(-1)}
      >
        ◂
      </button>
      <input
        type="range"
        aria-label="Event"
        min={0}
        max={last}
        value={at ?? last}
        onInput={({ currentTarget }) => go({ event: Number(currentTarget.value) }, { isStep: true })}
      />
      <button
        type="button"
        class="plain-button"
        aria-label="One event on"
        disabled={at === undefined}
        onClick={() => step(1)}
      >
        ▸
      </button>
      <button type="button" class="plain-button" aria-pressed={at === undefined} onClick={toNow}>
        Now
      </button>
    </div>
  );
}
