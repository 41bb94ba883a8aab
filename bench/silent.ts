/** The log of the bench, which prints figures only, and errors. */
export const silent = { debug: quiet, info: quiet, warn: quiet, error: console.error };

function quiet(): void {
  // Nobody reads it.
}
