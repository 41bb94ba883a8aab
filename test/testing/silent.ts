import type { Logger } from 'lull';

const ignore = (): void => undefined;

/** Where the log of a test goes that makes the engine complain on purpose. */
export const silent: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
