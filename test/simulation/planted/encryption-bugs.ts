/** Mistakes around the payload key. */
import type { PlantedBug } from './planted-bug.ts';

export const encryptionBugs: readonly PlantedBug[] = [
  {
    name: 'the payload of a message is not encrypted',
    file: 'lib/encryption/messages.ts',
    find: `return { ...base, kind: message.kind, name: '', payload: null };`,
    put: `return { ...message, ...base };`,
  },
  {
    name: 'the status that code has set is not encrypted',
    file: 'lib/encryption/run-item.ts',
    find: `if (customStatus === undefined || !sealer.isOn) return shows;`,
    put: `return shows;`,
  },
  {
    name: 'a run that is blocked for its key is not due again',
    file: 'lib/engine/block.ts',
    find: `dueAtMs: tryAtMs ?? nowMs + pauseMs(nowMs - sinceMs),`,
    put: `dueAtMs: isOfPayloadKey(error) ? undefined : (tryAtMs ?? nowMs + pauseMs(nowMs - sinceMs)),`,
  },
  {
    name: 'records that cannot be decrypted count as records without entries',
    file: 'lib/encryption/records.ts',
    find: `return { ...rest, messageIds, damage: opened.error.message, locked: opened.error.problem };`,
    put: `return { ...rest, messageIds };`,
  },
  {
    name: 'which messages a record has is not known where it cannot be decrypted',
    file: 'lib/encryption/records.ts',
    find: `return { ...rest, messageIds, damage: opened.error.message, locked: opened.error.problem };`,
    put: `return { ...rest, damage: opened.error.message, locked: opened.error.problem };`,
  },
  {
    name: 'a worker whose key is away writes what it can in clear',
    file: 'lib/encryption/records.ts',
    find: `  const sealed = await sealer.seal(place, record.entries, entriesText(record.entries));`,
    put: `  const sealed = await sealer.seal(place, record.entries, entriesText(record.entries)).catch(() => undefined);`,
  },
  {
    name: 'what is encrypted anew takes the place of what was written since',
    file: 'lib/memory/memory-sealed-items.ts',
    find: `if (place === undefined || place.text !== item.asSeen) return { kind: 'changed' };`,
    put: `if (place === undefined) return { kind: 'changed' };`,
  },
  {
    name: 'answers of updates are not encrypted anew',
    file: 'lib/memory/memory-sealed-items.ts',
    find: `...[...answers].map(([messageId, text]) => {`,
    put: `...[...answers].slice(Infinity).map(([messageId, text]) => {`,
  },
  {
    name: 'what is written to streams is not encrypted anew',
    file: 'lib/memory/memory-sealed-items.ts',
    find: `...[...streams.values()].flatMap((parts) =>`,
    put: `...[...streams.values()].slice(Infinity).flatMap((parts) =>`,
  },
  {
    name: 'of a run item one text alone is encrypted anew at a time, and what was put before it is lost',
    file: 'lib/encryption/sealed-parts.ts',
    find: `{ kind: 'run', run: { ...content.run, ...change(sealed) } }`,
    put: `{ kind: 'run', run: { ...run, ...change(sealed) } }`,
  },
  {
    name: 'the input of a later link is encrypted anew for the place of the first',
    file: 'lib/encryption/sealed-parts.ts',
    find: `part(places.input(runId, link), inlineOf(input)`,
    put: `part(places.input(runId, 1), inlineOf(input)`,
  },
];
