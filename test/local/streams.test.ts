/** A stream in `lull dev`: real workers and readers, some of them killed, on dynalite and over HTTP. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { awaitRun, startCloud, startRun } from './cloud-under-test.ts';
import { temporaryProject } from './temporary-project.ts';
import { waitUntil } from './wait-until.ts';

/** Each attempt goes on once it is told to, by a file. */
const code = (folder: string): string => `
  import { existsSync, writeFileSync } from 'node:fs';
  import { sleep, step, stream, workflow } from 'lull';
  const tokens = stream('tokens');
  export const story = workflow('story', function* () {
    yield* tokens.write('title');
    yield* step('model', async (context) => {
      for (let n = 1; n <= 3; n += 1) context.write(tokens, 'attempt ' + context.attempt + ' token ' + n);
      writeFileSync(${JSON.stringify(folder)} + '/begun-' + context.attempt, '');
      const go = ${JSON.stringify(folder)} + '/go';
      while (!existsSync(go)) await new Promise((resolve) => setTimeout(resolve, 20));
      context.write(tokens, 'last');
    });
    yield* tokens.write('end');
  });
`;

interface Entry {
  readonly seq: number;
  readonly value: string;
}

it(
  'a reader that is cut off comes again from its last place, whichever worker is killed meanwhile',
  { timeout: 120_000 },
  async () => {
    const { folder, entry } = temporaryProject('');
    writeFileSync(entry, code(folder));
    const { cloud } = await startCloud({ entry, dir: join(folder, '.lull') });
    const { id } = await startRun(cloud.url, 'story', undefined);
    const read: Entry[] = [];
    const address = (query: string): string => `${cloud.url}/runs/${id}/streams/tokens${query}`;
    /** One answer of server-sent events, as an EventSource takes it; the reader is gone after that. */
    const readEvents = async (): Promise<string> => {
      const last = read.at(-1)?.seq;
      const headers = { accept: 'text/event-stream', ...(last === undefined ? {} : { 'last-event-id': String(last) }) };
      const response = await fetch(address('?limit=2'), { headers });
      if (response.status === 204) return 'end';
      expect(response.headers.get('content-type')).toBe('text/event-stream');
      const text = await response.text();
      for (const [, seq, data] of text.matchAll(/^id: (\d+)\ndata: (".*")$/gm)) {
        read.push({ seq: Number(seq), value: JSON.parse(data ?? '') as string });
      }
      return text;
    };
    while (read.length < 4) await readEvents(); // the title, and what the first attempt has written
    expect(read.map(({ value }) => value)).toEqual(['title', ...[1, 2, 3].map((n) => `attempt 1 token ${n}`)]);

    cloud.killWorker();
    await waitUntil(() => existsSync(join(folder, 'begun-2')));
    writeFileSync(join(folder, 'go'), '');
    expect(await awaitRun(cloud.url, id)).toMatchObject({ status: 'completed' });
    while (!(await readEvents()).includes('end\n') && read.at(-1)?.value !== 'end') continue;
    expect(read.map(({ seq }) => seq)).toEqual(read.map((_, index) => index + 1));
    expect(read.slice(4).map(({ value }) => value)).toEqual([
      ...[1, 2, 3].map((n) => `attempt 2 token ${n}`),
      ...['last', 'end'],
    ]);

    const page = (await (await fetch(address(''))).json()) as { entries: Entry[]; next: number; ended: boolean };
    expect(page).toEqual({ entries: read, next: read.length + 1, ended: true });
    expect((await fetch(`${cloud.url}/runs/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await fetch(address(''))).status).toBe(404);
  },
);
