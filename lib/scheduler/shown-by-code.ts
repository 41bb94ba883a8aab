/** What a run's code shows of itself: its own status, and the attributes that it has set. It follows from the replay. */
import {
  type AttributeChanges,
  ATTRIBUTES_LIMIT_BYTES,
  CUSTOM_STATUS_LIMIT_BYTES,
  jsonBytes,
} from '../core/attributes.ts';
import { PayloadTooLargeError } from '../core/errors.ts';
import type { Encoded } from '../core/encoded.ts';
import type { Display } from '../core/loop.ts';
import type { RunHost } from './run-host.ts';

/** Never changed: each call of the code makes a new one. */
export interface Shown {
  /** Undefined: the code has set none. */
  readonly customStatus?: Encoded;
  /** What differs from the attributes of the start: undefined removes one. */
  readonly attributes: AttributeChanges;
}

export class ShownByCode implements Display {
  readonly #host: RunHost;
  /** Undefined as long as the code has set nothing. */
  #shown: Shown | undefined;

  constructor(host: RunHost) {
    this.#host = host;
  }

  get shown(): Shown | undefined {
    return this.#shown;
  }

  setStatus(value: unknown): void {
    const customStatus = this.#host.encode(value, 'the status of setStatus()');
    const bytes = jsonBytes(customStatus);
    if (bytes > CUSTOM_STATUS_LIMIT_BYTES) {
      throw new PayloadTooLargeError(
        `the status of setStatus() has ${bytes} bytes, the limit is ${CUSTOM_STATUS_LIMIT_BYTES}: say it shorter`,
      );
    }
    this.#shown = { attributes: {}, ...this.#shown, customStatus };
  }

  setAttributes(changes: AttributeChanges): void {
    const attributes = { ...this.#shown?.attributes, ...changes };
    // A name that was removed is remembered too.
    const bytes = jsonBytes(Object.entries(attributes).map(([name, value]) => [name, value ?? null]));
    if (bytes > ATTRIBUTES_LIMIT_BYTES) {
      throw new PayloadTooLargeError(
        `the attributes that the run has set would have ${bytes} bytes, the limit is ${ATTRIBUTES_LIMIT_BYTES}: remove ` +
          `some, setAttributes({ name: undefined })`,
      );
    }
    this.#shown = { ...this.#shown, attributes };
  }
}
