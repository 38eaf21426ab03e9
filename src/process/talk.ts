/** What is said to the person who waits: lines, and one countdown that is rewritten where there is a terminal. */
import type { Outlet } from "../outlet.ts";

export interface Talk {
  readonly say: (text: string) => void;
  /** `isNew`: it is another one than before. */
  readonly countdown: (text: string, isNew?: boolean) => void;
  /** On a terminal alone. */
  readonly still: (text: string) => void;
  /** Before something else writes to the same terminal. */
  readonly clear: () => void;
}

interface Output extends Outlet {
  readonly isTTY: boolean;
  readonly columns: () => number | undefined;
}

export function createTalk(output: Output): Talk {
  let open = false;
  let last = "";
  const clear = () => {
    if (open) output.write("\r\x1b[K");
    open = false;
  };
  const say = (text: string) => {
    clear();
    last = "";
    output.write(`${text}\n`);
  };
  const still = (text: string) => {
    if (!output.isTTY) return;
    output.write(`\r\x1b[K${text.slice(0, Math.max(20, (output.columns() ?? 80) - 1))}`);
    open = true;
  };
  return {
    say,
    clear,
    still,
    countdown(text, isNew = false) {
      if (output.isTTY) return still(text);
      // In a log one line says each; the numbers alone are no news.
      const words = text.replace(/\d+/g, "");
      if (words === last && !isNew) return;
      say(text);
      last = words;
    },
  };
}
