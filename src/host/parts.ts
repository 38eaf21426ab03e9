/** The parts of a kind's shell: what a run does, what a plan collects, and what tests compare hosts by. */
export interface ShellParts {
  readonly work: string;
  readonly collect: string;
  readonly state: string;
}

/** Each part after the first begins with a comment that names its first function. */
export function partsOf([own = "", ...more]: readonly string[]): ShellParts {
  const [work = "", ...rest] = own.split(/^(?=# (?:collect|state)_)/m);
  const part = (name: string) => rest.filter((text) => text.startsWith(`# ${name}_`)).join("");
  return { work: [work, ...more].join("\n"), collect: part("collect"), state: part("state") };
}
