/** Events of a history as lines of a terminal: the time, and the sentence. */
import type { EventAnswer } from '../engine/answers.ts';
import type { Styled } from '../output.ts';
import type { Color } from '../paint.ts';
import { describeEvent, type Mood } from './describe-event.ts';
import { dayAndTime } from './times.ts';
import { cut, wrap } from './width.ts';

const COLORS: Readonly<Record<Mood, Color | undefined>> = { good: 'green', bad: 'red', plain: undefined, quiet: 'dim' };

/** What was written last: a day is written where another one begins. */
export interface EventLines {
  next(event: EventAnswer): Styled[];
}

/** Events without a time of their own have that of the event before. */
export function createEventLines(options: { readonly nowMs: () => number; readonly columns: number }): EventLines {
  let day = dayAndTime(options.nowMs())[0];
  let lastTime = '';
  return {
    next: (event) => {
      const lines: Styled[] = [];
      if (event.at !== undefined) {
        const [dayOfEvent, time, ms] = dayAndTime(Date.parse(event.at));
        if (dayOfEvent !== day) lines.push([['bold', dayOfEvent]]);
        day = dayOfEvent;
        lastTime = `${time}.${ms}`;
      }
      const { text, mood } = describeEvent(event, options.nowMs());
      const color = COLORS[mood];
      const room = Math.max(10, options.columns - TIME_COLUMNS);
      const sentence = wrap(cut(text.replaceAll('\n', ' '), LONGEST), room, '  ');
      sentence.forEach((line, index) => {
        const head = (index === 0 ? lastTime : '').padEnd(TIME_COLUMNS);
        lines.push([['dim', head], color === undefined ? line : ([color, line] as const)]);
      });
      return lines;
    },
  };
}

const TIME_COLUMNS = '04:30:23.123  '.length;
/** A value may be megabytes. All of it is in `--json`. */
const LONGEST = 500;
