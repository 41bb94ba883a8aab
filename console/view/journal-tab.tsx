/** The history as it is: a row for each event, and all of the one that is chosen. */
import { useEffect } from 'preact/hooks';
import { describeEvent } from '../../lib/cli/text/describe-event.ts';
import type { EventAnswer } from '../data/answers.ts';
import { go, place } from '../data/page-state.ts';
import { events, isHistoryRead } from '../data/run-store.ts';
import { wholeMoment } from '../text/moment.ts';
import { openedAction } from './action-dialog.tsx';
import { ErrorView } from './error-view.tsx';
import { ValueView } from './value-view.tsx';
import { useVirtualRows } from './virtual-rows.ts';

const ROW_PX = 26;

export function JournalTab() {
  const all = events.value;
  const at = place.value.event;
  const chosen = at === undefined ? undefined : all[at];
  const virtual = useVirtualRows({ count: all.length, rowPx: ROW_PX });
  useEffect(() => {
    if (at !== undefined) virtual.scrollTo(at);
  }, [at]);
  return (
    <div class={chosen === undefined ? 'journal' : 'journal has-event'}>
      <div
        class="rows"
        ref={virtual.scroller}
        tabIndex={0}
        role={all.length === 0 ? 'group' : 'list'}
        aria-label={`${all.length} events`}
      >
        <div class="rows-space" style={{ height: `${virtual.totalPx}px` }} role="presentation">
          {virtual.items.map(({ index, start, key }) => {
            const event = all[index];
            return event === undefined ? null : <EventRow key={key} event={event} index={index} top={start} />;
          })}
        </div>
        {isHistoryRead.value ? null : <p class="nothing">Reading ...</p>}
      </div>
      {chosen === undefined ? null : <EventDetails event={chosen} index={at ?? 0} />}
    </div>
  );
}

function EventRow({
  event,
  index,
  top,
}: {
  readonly event: EventAnswer;
  readonly index: number;
  readonly top: number;
}) {
  const { text, mood } = describeEvent(event, event.at === undefined ? Date.now() : Date.parse(event.at));
  const isShown = place.value.event === index;
  return (
    <div
      role="listitem"
      class={`event is-${mood}${isShown ? ' is-shown' : ''}`}
      style={{ transform: `translateY(${top}px)` }}
    >
      <button type="button" aria-pressed={isShown} onClick={() => go({ event: index }, { isStep: true })}>
        <span class="event-number">{index}</span>
        <span class="event-at">{event.at === undefined ? '' : wholeMoment(Date.parse(event.at)).slice(5)}</span>
        <span class="event-kind">{event.kind}</span>
        <span class="event-text">{text.slice(0, 400)}</span>
      </button>
    </div>
  );
}

function EventDetails({ event, index }: { readonly event: EventAnswer; readonly index: number }) {
  const { value, error, ...rest } = event;
  return (
    <aside class="event-details" aria-label={`Event ${index}`} tabIndex={0}>
      <h2>
        Event {index} <code>{event.kind}</code>
      </h2>
      {event.kind === 'step' && event.stepId !== undefined ? (
        <button
          type="button"
          class="plain-button"
          onClick={() => (openedAction.value = { action: 'fork', before: event.stepId ?? '' })}
        >
          Fork before it
        </button>
      ) : null}
      <ValueView value={rest} />
      {'value' in event ? <ValueView value={value} name="value" /> : null}
      {error === undefined ? null : <ErrorView error={error} />}
    </aside>
  );
}
