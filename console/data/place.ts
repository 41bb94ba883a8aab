/** Where the page is, as its address says it after the `#`: which runs are listed, which one is shown, and what of it. */

/** Which runs are listed: what the engine is asked for, and `text`, which is looked for in what was read. */
export interface RunFilter {
  readonly workflow?: string;
  /** With commas between them. */
  readonly status?: string;
  readonly since?: string;
  readonly until?: string;
  /** As JSON. */
  readonly attributes?: string;
  readonly text?: string;
}

export const VIEWS = ['runs', 'schedules', 'pools', 'workflows'] as const;
export const TABS = ['now', 'journal', 'data', 'compare'] as const;

export interface Place {
  readonly view: (typeof VIEWS)[number];
  /** The run that is shown. */
  readonly run?: string;
  /** The schedule, or the pool, that is shown. */
  readonly named?: string;
  readonly tab: (typeof TABS)[number];
  /** The event of its history that is stepped to, from 0. Absent: now. */
  readonly event?: number;
  /** The run that it is compared with. */
  readonly other?: string;
  /** Of a run that has continued as new: which link is shown. */
  readonly link?: number;
  readonly filter: RunFilter;
}

const FILTER_NAMES = ['workflow', 'status', 'since', 'until', 'attributes', 'text'] as const;

export function readPlace(hash: string): Place {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  const parameters = new URLSearchParams(search);
  const [view = '', id = ''] = path.split('/');
  const given = FILTER_NAMES.flatMap((name) => {
    const text = parameters.get(name);
    return text === null || text === '' ? [] : [[name, text]];
  });
  const shown = id === '' ? undefined : decode(id);
  const run = view === 'runs' ? shown : undefined;
  const named = view === 'schedules' || view === 'pools' ? shown : undefined;
  const event = readWhole(parameters.get('event'));
  const link = readWhole(parameters.get('link'));
  const other = parameters.get('with');
  return {
    view: VIEWS.find((each) => each === view) ?? 'runs',
    ...(run === undefined ? {} : { run }),
    ...(named === undefined ? {} : { named }),
    tab: TABS.find((tab) => tab === parameters.get('tab')) ?? 'now',
    ...(event === undefined ? {} : { event }),
    ...(link === undefined ? {} : { link }),
    ...(other === null || other === '' ? {} : { other }),
    filter: Object.fromEntries(given) as RunFilter,
  };
}

export function writePlace({ view, run, named, tab, event, other, link, filter }: Place): string {
  const parameters = new URLSearchParams();
  for (const name of FILTER_NAMES) {
    const text = filter[name];
    if (text !== undefined && text !== '') parameters.set(name, text);
  }
  if (run !== undefined) {
    if (tab !== 'now') parameters.set('tab', tab);
    if (event !== undefined) parameters.set('event', String(event));
    if (link !== undefined) parameters.set('link', String(link));
    if (other !== undefined) parameters.set('with', other);
  }
  const search = parameters.toString();
  const shown = named ?? run;
  return `#/${view}${shown === undefined ? '' : `/${encodeURIComponent(shown)}`}${search === '' ? '' : `?${search}`}`;
}

/** The same list, with another run shown, or none. */
export function placeOfRun({ filter }: Place, run: string | undefined): Place {
  return { view: 'runs', tab: 'now', filter, ...(run === undefined ? {} : { run }) };
}

/** Another view, of which nothing is chosen yet. */
export function placeOfView({ filter }: Place, view: Place['view']): Place {
  return { view, tab: 'now', filter };
}

function readWhole(text: string | null): number | undefined {
  return text !== null && /^\d{1,7}$/.test(text) ? Number(text) : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
