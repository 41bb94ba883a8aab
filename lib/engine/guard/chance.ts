/**
 * Chance: in workflow code it follows from the run, the same at each replay.
 *
 * So what is drawn must not outlive the run. A library that fills a pool for later calls would hand the run's bytes to
 * other code in this process, and the same ones in each worker that replays the run: large draws are refused.
 *
 * Tested by: test/engine/drawn-bytes.test.ts
 */
import { current } from './current-run.ts';
import { answered, forbidden, type Callable, type StandIn } from './stand-in.ts';

/** What one key or id takes; pools take more. */
const LARGEST_DRAW_BYTES = 64;

const roll = (): number => current?.random() ?? 0;
const byte = (): number => Math.floor(roll() * 256);

export const random = answered(roll);

export const randomUuid = answered(() => {
  const bytes = Uint8Array.from({ length: 16 }, byte);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40; // version 4
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80; // RFC 9562's variant
  const hex = Array.from(bytes, (value) => value.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
});

export const getRandomValues: StandIn = (real, live) =>
  new Proxy(real, {
    apply: function apply(_real, self, args: [unknown]): unknown {
      const [array] = args;
      // The real one says what is wrong with anything else.
      if (current === undefined || !isOfIntegers(array)) return Reflect.apply(live(), self, args);
      const { buffer, byteOffset, byteLength } = array;
      if (byteLength > LARGEST_DRAW_BYTES) throw tooLarge(apply, byteLength);
      const bytes = new Uint8Array(buffer, byteOffset, byteLength);
      for (let at = 0; at < bytes.length; at++) bytes[at] = byte();
      return array;
    },
  });

function isOfIntegers(array: unknown): array is ArrayBufferView {
  return ArrayBuffer.isView(array) && /^(?:Big)?(?:Ui|I)nt\d+(?:Clamped)?Array$/.test(typeName(array));
}

function typeName(view: ArrayBufferView): string {
  return (view as unknown as { [Symbol.toStringTag]: string })[Symbol.toStringTag];
}

function tooLarge(below: Callable, byteLength: number): Error {
  return forbidden(
    below,
    `crypto.getRandomValues(), for ${byteLength} bytes,`,
    `use uuid() or random() of lull, draw at most ${LARGEST_DRAW_BYTES} bytes at once, or call the library in a step`,
    `A library that draws so much keeps the rest for later calls, which would give the run's bytes, the same at each ` +
      `replay, to other code in this process`,
  );
}
