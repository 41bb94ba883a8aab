/** The encrypted texts in the content of an item, each with its place, for a command that encrypts them anew. */
import type { Encoded } from '../core/encoded.ts';
import { findSealed, SEALED_TEXT, toSealed } from '../core/sealed.ts';
import type { StoredValue } from '../ports/run-item.ts';
import type { RunParts, SealedContent, SealedItem } from '../ports/sealed-items.ts';
import type { PlaceOfText } from './cipher.ts';
import { places } from './places.ts';

export interface SealedPart {
  readonly place: PlaceOfText;
  readonly sealed: Encoded;
  /** The content with another text here. */
  readonly put: (content: SealedContent, sealed: Encoded) => SealedContent;
}

export function sealedPartsOf({ runId, content }: SealedItem): readonly SealedPart[] {
  switch (content.kind) {
    case 'run':
      return runParts(runId, content.run);
    case 'record': {
      const { link, record } = content;
      const { number, sealed, messageIds = [] } = record;
      const place = places.record(runId, link, number, messageIds);
      return found(place, sealed, (next) => ({ ...content, record: { ...record, sealed: next } }));
    }
    case 'message': {
      const { message } = content;
      const place = places.message(runId, message.id);
      return found(place, message.sealed, (next) => ({ ...content, message: { ...message, sealed: next } }));
    }
    case 'answer': {
      const { messageId, answer } = content;
      const place = places.answer(runId, messageId);
      return found(place, inlineOf(answer.value), (next) => {
        return { ...content, answer: { ...answer, value: { kind: 'inline', value: next } } };
      });
    }
    case 'value':
      return found(places.value(runId, content.key), content.value, (value) => ({ ...content, value }));
    case 'stream': {
      const { part } = content;
      const [sealed] = part.count === undefined ? [] : part.values;
      const place = places.stream(runId, part.name, part.from);
      return found(place, sealed, (next) => ({ ...content, part: { ...part, values: [next] } }));
    }
  }
}

/** How many encrypted texts there are, wherever they stand: more than there are parts are such as this version does not know. */
export function countSealed(content: SealedContent): number {
  const isDigestSealed = content.kind === 'run' && content.run.inputDigest.startsWith(SEALED_TEXT);
  return countIn(content) + (isDigestSealed ? 1 : 0);
}

function countIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (findSealed(value) !== undefined) return 1;
  return Object.values(value).reduce((sum: number, each) => sum + countIn(each), 0);
}

/** A run item has several: what is put into it keeps what was put before. */
function runParts(runId: string, run: RunParts): SealedPart[] {
  const { link = 1, input, inputDigest, firstTurn, result, customStatus, goesOnFrom } = run;
  const inRun =
    (change: (sealed: Encoded) => Partial<RunParts>): SealedPart['put'] =>
    (content, sealed) =>
      content.kind === 'run' ? { kind: 'run', run: { ...content.run, ...change(sealed) } } : content;
  const part = (place: PlaceOfText, stored: unknown, change: (sealed: Encoded) => Partial<RunParts>): SealedPart[] =>
    findSealed(stored) === undefined ? [] : [{ place, sealed: stored as Encoded, put: inRun(change) }];
  const digest = inputDigest.startsWith(SEALED_TEXT) ? toSealed(inputDigest.slice(SEALED_TEXT.length)) : undefined;
  const retry = goesOnFrom?.kind === 'retry' ? goesOnFrom : undefined;
  return [
    ...part(places.input(runId, link), inlineOf(input), (value) => ({ input: { kind: 'inline', value } })),
    ...part(places.inputDigest(runId), digest, (sealed) => ({
      inputDigest: SEALED_TEXT + (findSealed(sealed)?.v ?? ''),
    })),
    ...(firstTurn === undefined
      ? []
      : part(places.record(runId, 1, 1, []), firstTurn.sealed, (sealed) => ({ firstTurn: { ...firstTurn, sealed } }))),
    ...part(places.result(runId), inlineOf(result), (value) => ({ result: { kind: 'inline', value } })),
    ...part(places.status(runId), customStatus, (value) => ({ customStatus: value })),
    ...(retry === undefined
      ? []
      : part(places.reason(runId), retry.sealed, (sealed) => ({ goesOnFrom: { ...retry, sealed } }))),
  ];
}

function found(place: PlaceOfText, stored: unknown, put: (sealed: Encoded) => SealedContent): SealedPart[] {
  if (findSealed(stored) === undefined) return [];
  return [{ place, sealed: stored as Encoded, put: (_content, sealed) => put(sealed) }];
}

function inlineOf(stored: StoredValue | undefined): Encoded | undefined {
  return stored?.kind === 'inline' ? stored.value : undefined;
}
