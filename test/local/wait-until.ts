/** Looks again and again, for real processes tell nobody when they change. Throws after 25 s. */
export async function waitUntil(condition: () => boolean | Promise<boolean>): Promise<void> {
  const untilMs = Date.now() + 25_000;
  while (!(await condition())) {
    if (Date.now() > untilMs) throw new Error(`waited 25 s in vain for: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
