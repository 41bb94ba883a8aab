/** A history as lanes: of each step, sleep and wait, the bars that say from when to when, and what they came to. */
import type { EventAnswer } from '../data/answers.ts';

export interface Bar {
  readonly fromMs: number;
  /** Of what goes on: the time of the last look. */
  readonly toMs: number;
  /** A turn; an attempt of a step; the pause before the next one; a sleep; a wait for a message, a callback or a run. */
  readonly look: 'turn' | 'attempt' | 'pause' | 'sleep' | 'wait';
  readonly state: 'done' | 'failed' | 'open';
  /** The event of the history that ended it; of a turn and of what goes on, the one that began it. */
  readonly event: number;
}

/** What happens at one moment: a message comes, a heartbeat, a request. */
export interface Mark {
  readonly atMs: number;
  readonly look: 'message' | 'heartbeat' | 'end';
  readonly event: number;
}

export interface Lane {
  readonly key: string;
  readonly name: string;
  readonly kind: 'turns' | 'step' | 'sleep' | 'wait' | 'run' | 'messages';
  readonly bars: readonly Bar[];
  readonly marks: readonly Mark[];
}

export interface LanesOptions {
  /** Until then goes what has not ended. */
  readonly nowMs: number;
}

interface OpenCommand {
  readonly lane: MadeLane;
  readonly look: 'attempt' | 'sleep' | 'wait';
  readonly event: number;
  /** Where the bar that is drawn now begins. */
  fromMs: number;
  /** What it is now: an attempt, or the pause before one. */
  now: 'attempt' | 'pause' | 'sleep' | 'wait';
  retryAtMs: number;
}

interface MadeLane extends Lane {
  readonly bars: Bar[];
  readonly marks: Mark[];
  endsMs: number;
  openBars: number;
}

/** In the order in which they begin. What overlaps with its like is in lanes below each other. */
export function lanesOf(events: readonly EventAnswer[], { nowMs }: LanesOptions): readonly Lane[] {
  const lanes = new Lanes();
  const open = new Map<number, OpenCommand>();
  let lastMs = 0;
  events.forEach((event, index) => {
    const atMs = event.at === undefined ? lastMs : Date.parse(event.at);
    lastMs = Math.max(lastMs, atMs);
    const command = beginOf(event);
    if (command !== undefined && event.id !== undefined) {
      const lane = lanes.take(command.kind, command.name, atMs);
      open.set(event.id, { lane, look: command.look, event: index, fromMs: atMs, now: command.look, retryAtMs: 0 });
      return;
    }
    const found = event.id === undefined ? undefined : open.get(event.id);
    if (found !== undefined && event.id !== undefined) {
      if (follow(found, event, { atMs, index })) open.delete(event.id);
      return;
    }
    receive(lanes, open, event, { atMs, index });
  });
  const isOver = events.at(-1) !== undefined && ENDS.has(events.at(-1)?.kind ?? '');
  for (const { lane, fromMs, now, event, retryAtMs } of open.values()) {
    const untilMs = isOver ? lastMs : Math.max(nowMs, fromMs);
    pushWithPause(lane, { fromMs, toMs: untilMs, look: now, state: isOver ? 'done' : 'open', event }, retryAtMs);
    lane.openBars -= 1;
  }
  return lanes.all();
}

const ENDS: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled', 'terminated']);

function beginOf({
  kind,
  name = '?',
  operation,
  key,
}: EventAnswer): { kind: Lane['kind']; name: string; look: OpenCommand['look'] } | undefined {
  switch (kind) {
    case 'step':
      if (operation?.runId !== undefined) return { kind: 'run', name: operation.runId, look: 'attempt' };
      return { kind: 'step', name: key === undefined ? name : `${name} (${key})`, look: 'attempt' };
    case 'sleep':
      return { kind: 'sleep', name, look: 'sleep' };
    case 'receive':
      return { kind: 'wait', name: `signal ${name}`, look: 'wait' };
    case 'callback':
      return { kind: 'wait', name: `callback ${name}`, look: 'wait' };
    default:
      return undefined;
  }
}

/** What came of a command. Gives true where that is its end. */
function follow(
  open: OpenCommand,
  { kind, retryAt }: EventAnswer,
  { atMs, index }: { atMs: number; index: number },
): boolean {
  const { lane } = open;
  if (kind.endsWith('-heartbeat')) {
    lane.marks.push({ atMs, look: 'heartbeat', event: index });
    return false;
  }
  const isFailed = kind.endsWith('-failed') || kind === 'step-retrying' || kind === 'step-interrupted';
  const bar = {
    fromMs: open.fromMs,
    toMs: atMs,
    look: open.now,
    state: isFailed ? 'failed' : 'done',
    event: index,
  } as const;
  pushWithPause(lane, bar, open.retryAtMs);
  if (kind === 'step-retrying' || kind === 'step-interrupted') {
    open.fromMs = atMs;
    open.now = retryAt === undefined ? 'attempt' : 'pause';
    open.retryAtMs = retryAt === undefined ? 0 : Date.parse(retryAt);
    return false;
  }
  lane.openBars -= 1;
  lane.endsMs = atMs;
  return true;
}

/** A pause ends when the next attempt is due: the rest is that attempt. */
function pushWithPause(lane: MadeLane, bar: Bar, retryAtMs: number): void {
  if (bar.look !== 'pause') {
    lane.bars.push(bar);
    return;
  }
  const middleMs = Math.min(Math.max(retryAtMs, bar.fromMs), bar.toMs);
  lane.bars.push({ ...bar, toMs: middleMs, state: 'done' });
  if (middleMs < bar.toMs || bar.state !== 'open') lane.bars.push({ ...bar, fromMs: middleMs, look: 'attempt' });
}

/** A message goes to what waits for it; else to a lane of its own. */
function receive(
  lanes: Lanes,
  open: Map<number, OpenCommand>,
  event: EventAnswer,
  { atMs, index }: { atMs: number; index: number },
): void {
  const { kind, name = '?' } = event;
  if (kind === 'signal-received') {
    const waiting = [...open].find(([, { lane }]) => lane.kind === 'wait' && lane.name === `signal ${name}`);
    if (waiting !== undefined) {
      const [id, { lane, fromMs }] = waiting;
      lane.bars.push({ fromMs, toMs: atMs, look: 'wait', state: 'done', event: index });
      lane.marks.push({ atMs, look: 'message', event: index });
      lane.openBars -= 1;
      lane.endsMs = atMs;
      open.delete(id);
      return;
    }
  }
  if (kind === 'run-ended') {
    lanes.take('run', event.runId ?? '?', atMs, true).marks.push({ atMs, look: 'message', event: index });
    return;
  }
  if (event.messageId !== undefined && kind !== 'message-waiting') {
    lanes.take('messages', name === '?' ? kind : name, atMs, true).marks.push({ atMs, look: 'message', event: index });
  }
}

/** The lanes so far, by what is in them. */
class Lanes {
  readonly #all: MadeLane[] = [];
  readonly #byKey = new Map<string, MadeLane[]>();

  /** One that is free at that time; a new one if there is none. `isMark`: whatever is in it. */
  take(kind: Lane['kind'], name: string, atMs: number, isMark = false): MadeLane {
    const group = `${kind} ${name}`;
    const made = this.#byKey.get(group) ?? [];
    this.#byKey.set(group, made);
    const free = made.find((lane) => isMark || (lane.openBars === 0 && lane.endsMs <= atMs));
    const lane =
      free ??
      this.#add({ key: `${group} ${made.length}`, name, kind, bars: [], marks: [], endsMs: 0, openBars: 0 }, made);
    if (!isMark) lane.openBars += 1;
    return lane;
  }

  #add(lane: MadeLane, group: MadeLane[]): MadeLane {
    group.push(lane);
    this.#all.push(lane);
    return lane;
  }

  all(): readonly Lane[] {
    return this.#all;
  }
}
