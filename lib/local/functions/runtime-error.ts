/** What a runtime client posts of an error. */
interface RuntimeError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** `text`: its trace, or in one line what it says. */
export function readRuntimeError(payload: string): { errorType: string; errorMessage: string; text: string } {
  const { errorType, errorMessage, trace = [] } = JSON.parse(payload) as RuntimeError;
  return { errorType, errorMessage, text: trace.length > 0 ? trace.join('\n') : `${errorType}: ${errorMessage}` };
}
