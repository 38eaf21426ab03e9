/** The call to whoever is to hear of an audit: one POST, and what came of it, in words that don't show its URL. */

/** What no receiver should need, ms. */
const patienceMs = 15_000;

/** Undefined where it was taken; else the end of a sentence. Never rejects. */
export async function post(url: string, body: string): Promise<string | undefined> {
  try {
    const { ok, status } = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "harden" },
      body,
      // Where it leads to isn't who was meant to get the report.
      redirect: "manual",
      signal: AbortSignal.timeout(patienceMs),
    });
    return ok ? undefined : `it answered with status ${status}`;
  } catch (error) {
    return whyNot(error as Error);
  }
}

/** By its code alone: messages name the URL. */
function whyNot({ name, cause }: Error): string {
  if (name === "TimeoutError") return `no answer came within ${patienceMs / 1000} s`;
  const { code } = (cause ?? {}) as NodeJS.ErrnoException;
  return `no connection came about${typeof code === "string" && /^[A-Z0-9_]+$/.test(code) ? ` (${code})` : ""}`;
}
