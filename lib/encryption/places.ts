/**
 * The places of encrypted texts: what is encrypted for one can be read at no other. They are part of what is alive in users'
 * tables: none is ever renamed.
 */
import type { PlaceOfText } from './cipher.ts';

const at = (runId: string, ...part: readonly string[]): PlaceOfText => ({ runId, part });

export const places = {
  record: (runId: string, link: number, number: number, messageIds: readonly string[]) =>
    at(runId, 'record', String(link), String(number), ...messageIds),
  message: (runId: string, id: string) => at(runId, 'message', id),
  messageDigest: (runId: string, id: string) => at(runId, 'message-digest', id),
  value: (runId: string, key: string) => at(runId, 'value', key),
  stream: (runId: string, name: string, from: number) => at(runId, 'stream', name, String(from)),
  input: (runId: string, link: number) => at(runId, 'input', String(link)),
  inputDigest: (runId: string) => at(runId, 'input-digest'),
  result: (runId: string) => at(runId, 'result'),
  status: (runId: string) => at(runId, 'status'),
  answer: (runId: string, id: string) => at(runId, 'answer', id),
  reason: (runId: string) => at(runId, 'reason'),
} as const;
