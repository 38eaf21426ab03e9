/** Settings of files that APT reads after our drop-in, told without running APT. */
import type { AptEntry } from "../../facts/apt.ts";
import type { DropIn } from "../../facts/files.ts";
import { onceByText } from "../../once.ts";

interface Assigned extends AptEntry {
  /** `#clear`: the key and all below it. */
  readonly cleared: boolean;
}

/** Keys and values of apt.conf(5) text, flattened: `A { B "x"; };` is `a::b`. */
export const parseAptConf = onceByText((text): readonly Assigned[] => {
  const found: Assigned[] = [];
  const scopes: string[] = [];
  let words: string[] = [];
  let cleared = false;
  const token = /\/\/.*|\/\*[\s\S]*?(?:\*\/|$)|#(?!clear\b|include\b).*|"[^"\n]*"|[{};]|[^\s{};"]+/g;
  const name = (word: string) => [...scopes, word].filter(Boolean).join("::").toLowerCase();
  const end = () => {
    const [key, ...rest] = words[0]?.startsWith('"') ? [undefined, ...words] : words;
    const value = rest[0]?.replace(/^"(.*)"$/, "$1");
    if (cleared && key !== undefined) found.push({ key: name(key), value: "", cleared });
    else if (value !== undefined)
      found.push({ key: key === undefined ? `${name("")}::` : name(key), value, cleared });
    words = [];
    cleared = false;
  };
  for (const [each] of text.matchAll(token)) {
    if (/^(\/\/|\/\*|#(?!clear|include))/.test(each)) continue;
    if (each === "#clear") cleared = true;
    else if (each === ";") end();
    else if (each === "{") {
      scopes.push(words.find((word) => !word.startsWith('"')) ?? "");
      words = [];
    } else if (each === "}") {
      if (words.length > 0) end();
      scopes.pop();
    } else words.push(each);
  }
  return found;
}, 200);

/** `PATH: KEY` of what would win over, or be added to, what our file sets. */
export function overriding(files: readonly DropIn[], ours: readonly AptEntry[]): readonly string[] {
  const lists = ["unattended-upgrade::allowed-origins", "unattended-upgrade::origins-pattern"];
  const conflicts = ({ key, value, cleared }: Assigned) => {
    const bare = key.replace(/::$/, "");
    if (cleared) return ours.some((each) => each.key === bare || each.key.startsWith(`${bare}::`));
    if (lists.some((list) => bare === list || key.startsWith(`${list}::`))) return value !== "";
    return ours.some((each) => each.key === bare && each.value !== value);
  };
  return files.flatMap(({ path, content }) =>
    parseAptConf(content.toString("utf8"))
      .filter(conflicts)
      .map(({ key }) => `${path}: ${key.replace(/::$/, "")}`),
  );
}
