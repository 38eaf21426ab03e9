/** Lines of `ls -dil`, which tell of a file what stat(1) does, and of its access list besides. Pure. */

export interface Listed {
  /** Without quotes; of a link its own. */
  readonly path: string;
  /** `%f %a %U %G %s:%i:%.9Z %N` of stat(1). */
  readonly stat: string;
  readonly acl: boolean;
}

const form =
  /^ *(?<inode>\d+) (?<type>[-dlcbps])(?<bits>[-rwxsStT]{9})(?<list>[.+]?) +\d+ (?<owner>\S+) +(?<group>\S+) +(?<device>\d+, +)?(?<size>\d+) +(?<time>\d+\.\d{9}) (?<name>.*)$/;

/** The type's bits of st_mode. */
const types: Readonly<Record<string, number>> = { "-": 8, d: 4, l: 10, c: 2, b: 6, p: 1, s: 12 };

/** Undefined for what is no such line. */
export function listedOf(line: string): Listed | undefined {
  const fields = form.exec(line)?.groups;
  if (fields === undefined) return undefined;
  const { inode, type = "", bits = "", list, owner, group, device, time, name = "" } = fields;
  const size = device === undefined ? fields.size : "0";
  const mode = modeOf(bits);
  const raw = ((types[type]! << 12) | mode).toString(16);
  return {
    // A link is `'NAME' -> 'TARGET'`.
    path: name.split(" -> ", 1)[0]!.replace(/^'(.*)'$/, "$1"),
    stat: `${raw} ${mode.toString(8)} ${nameOf(owner)} ${nameOf(group)} ${size}:${inode}:${time} ${name}`,
    acl: list === "+",
  };
}

/** A run compares with what stat(1) says where a number has no name. */
const nameOf = (owner = "") => (/^\d+$/.test(owner) ? "UNKNOWN" : owner);

/** `rwsr-x--T`: a letter a bit; in the places of x also those of setuid, setgid and the sticky bit. */
function modeOf(bits: string): number {
  let mode = 0;
  for (const [at, letter] of [...bits].entries()) {
    if (letter !== "-" && letter !== "S" && letter !== "T") mode |= 0o400 >> at;
    if (/[sStT]/.test(letter)) mode |= 0o4000 >> ((at - 2) / 3);
  }
  return mode;
}
