/** Containers that are made to be audited. */

/** What a well-made container is given. */
const well = {
  user: "--user 1000:1000",
  root: "--read-only",
  capabilities: "--cap-drop ALL",
  privileges: "--security-opt no-new-privileges",
  tmpfs: "--tmpfs /tmp:size=64m",
  memory: "--memory 64m",
  reserved: "--memory-reservation 16m",
  cpus: "--cpus 0.2",
  pids: "--pids-limit 64",
  restart: "--restart unless-stopped",
  log: "--log-opt max-size=1m --log-opt max-file=3",
  health: "--health-cmd true --health-interval 1h",
  network: "--network inside",
  more: "",
  image: "app:1.0",
  command: "sleep 9999",
};

export type Made = Partial<typeof well>;

/** A command of the engine that starts one, well made but for what is given. */
export const made = (name: string, given: Made = {}) =>
  `docker run --detach --name ${name} ${Object.values({ ...well, ...given }).join(" ")} >/dev/null`;

/** The options of one, without its image and command. */
export const optionsOf = (given: Made): string =>
  Object.values({ ...well, ...given, image: "", command: "" })
    .filter((option) => option !== "")
    .join(" ");

/** Four at a time. */
export const together = (commands: readonly string[]) =>
  commands
    .map((command, at) => `{ ${command}; } &${at % 4 === 3 ? "\nwait" : ""}`)
    .join("\n")
    .concat("\nwait");

interface Check {
  readonly id: string;
  readonly object: string;
  readonly verdict: string;
  readonly role: string;
  readonly found: string;
  readonly references: readonly { readonly number: string }[];
}

/** What `harden audit --format json` says of a host. */
export interface Answer {
  readonly verdict: string;
  readonly value: {
    readonly engine: { readonly state: string; readonly why?: string };
    readonly containers: readonly {
      readonly name: string;
      readonly memory: { readonly limit?: number; readonly used?: number; readonly peak?: number };
    }[];
    readonly reach: readonly { readonly from: string; readonly to: string; readonly answer: string }[];
    readonly findings: readonly { readonly id: string; readonly message: string }[];
    readonly checks: readonly Check[];
  };
}

/** What the checks of an audit have against a container. */
export const red = ({ checks }: Answer["value"], name: string) => [
  ...new Set(
    checks
      .filter(({ role, verdict }) => role === "audit" && (verdict === "fail" || verdict === "error"))
      .filter(({ object }) => object.split(" ")[0] === name)
      .map(({ id }) => id),
  ),
];
