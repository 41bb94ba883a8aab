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
];
