/** Characters after which an unfinished line is handed on as one. */
import { StringDecoder } from "node:string_decoder";
import { stripControl } from "../text.ts";

const lineLimit = 4096;

/** Cuts a byte stream into lines for display, without control characters, however it is chunked. */
export function createLines(onLine: (line: string) => void): {
  push(bytes: Buffer): void;
  /** Hands on a last line that has no newline. */
  flush(): void;
} {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  const emit = (line: string) => onLine(stripControl(line));
  return {
    push(bytes) {
      const lines = (rest + decoder.write(bytes)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) emit(line.slice(0, lineLimit));
      while (rest.length > lineLimit) {
        emit(rest.slice(0, lineLimit));
        rest = rest.slice(lineLimit);
      }
    },
    flush() {
      const last = rest + decoder.end();
      rest = "";
      if (last !== "") emit(last);
    },
  };
}
