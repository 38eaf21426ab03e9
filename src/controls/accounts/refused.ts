/** What sshd's keywords say of a login by one of the listed keys: a row each. Pure. */
import type { Account } from "../../facts/accounts.ts";
import type { Chroot } from "../../facts/chroots.ts";
import { type Fact, valueOr } from "../../facts/probe.ts";
import { wordsIn } from "../../facts/sshd.ts";
import { parseKeyLine } from "../ssh/keyfile.ts";
import { isLockedToSshd } from "../ssh/locked.ts";
import { normal } from "../ssh/simulate.ts";
import { refusedKind } from "../ssh/usable.ts";
import { named } from "./key-texts.ts";

/** The lines of a keyword that sshd goes by for a login from some connection. */
export type LoginConfig = (keyword: string) => readonly string[];

export interface AskedLogin {
  readonly account: Account;
  /** Lines of authorized_keys that the profile lists. */
  readonly keys: readonly string[];
  readonly chroots: Fact<readonly Chroot[]>;
  readonly config: LoginConfig;
}

type Row = (value: string, asked: AskedLogin) => readonly string[];

const when =
  (wanted: string, text: string): Row =>
  (value) =>
    normal(value) === wanted ? [text] : [];

const isSet = (value: string) => value !== "" && value !== "none";

const isOn = ({ config }: AskedLogin, ...keywords: readonly string[]) =>
  keywords.some((keyword) => normal(config(keyword)[0] ?? "") === "yes");

/** Methods that a login can pass beside its key, by the keywords that switch them on. */
const methods: Readonly<Record<string, readonly string[]>> = {
  publickey: ["pubkeyauthentication"],
  password: ["passwordauthentication"],
  "keyboard-interactive": ["kbdinteractiveauthentication", "challengeresponseauthentication"],
  hostbased: ["hostbasedauthentication"],
  "gssapi-with-mic": ["gssapiauthentication"],
};

/** One of the lists must have a key in it, and nothing that is off. */
function unpassable(asked: AskedLogin): readonly string[] {
  const lists = wordsIn(asked.config("authenticationmethods"));
  if (lists.length === 0 || lists.includes("any")) return [];
  const nameOf = (method: string) => method.replace(/:.*/, "");
  const passes = (list: string) => {
    const all = list.split(",").map(nameOf);
    return all.includes("publickey") && all.every((name) => isOn(asked, ...(methods[name] ?? [])));
  };
  return lists.some(passes) ? [] : [`AuthenticationMethods ${lists.join(" ")} lets no key in as things are`];
}

function refusedKeys({ keys, config }: AskedLogin): readonly string[] {
  const algorithms = config("pubkeyacceptedalgorithms")[0] ?? "";
  const rsaBits = Number(config("requiredrsasize")[0] ?? "0");
  return keys.flatMap((line) => {
    const key = parseKeyLine(line);
    const why = key && refusedKind(key, { algorithms, rsaBits });
    return why === undefined ? [] : [`${named(line)} ${why}`];
  });
}

function shutFolder(value: string, { account, chroots }: AskedLogin): readonly string[] {
  if (chroots.state === "unknown")
    return [`whether sshd could enter ChrootDirectory ${value} is not known: ${chroots.why}`];
  return valueOr(chroots, []).flatMap(({ name, word, why }) =>
    name === account.name && word === value && why !== "" ? [`ChrootDirectory ${value}: ${why}`] : [],
  );
}

/** By the keyword that the row is about, as `sshd -T` prints it. */
const rows: Readonly<Record<string, Row>> = {
  usepam: (value, { account }) =>
    isLockedToSshd(account, normal(value))
      ? [
          `UsePAM no: sshd refuses ${account.name}, whose password is locked (! in shadow; usermod -p '*' ${account.name})`,
        ]
      : [],
  pubkeyauthentication: when("no", "PubkeyAuthentication no takes no key"),
  authenticationmethods: (_value, asked) => unpassable(asked),
  pubkeyacceptedalgorithms: (_value, asked) => refusedKeys(asked),
  refuseconnection: when("yes", "RefuseConnection yes ends each login"),
  maxsessions: when("0", "MaxSessions 0 opens no session"),
  permitrootlogin: (value, { account }) =>
    account.uid === 0 && normal(value) === "no" ? ["PermitRootLogin no shuts out root"] : [],
  chrootdirectory: (value, asked) => (isSet(value) ? shutFolder(value, asked) : []),
};

/** Why no listed key, or one of them, opens a session. */
export const refusedByKeywords = (asked: AskedLogin): readonly string[] =>
  Object.entries(rows).flatMap(([keyword, row]) => row(asked.config(keyword)[0] ?? "", asked));

/** What a login gets in place of a shell; undefined of a usual one. */
export function ownKindOf(config: LoginConfig): string | undefined {
  const told = [
    ["ForceCommand", config("forcecommand")[0] ?? ""],
    ["ChrootDirectory", config("chrootdirectory")[0] ?? ""],
  ].flatMap(([name = "", value = ""]) => (isSet(value) ? [{ name, value }] : []));
  if (told.length === 0) return undefined;
  const isSftp = told.some(({ name, value }) => name === "ForceCommand" && /^internal-sftp\b/.test(value));
  const words = told.map(({ name, value }) => `${name} ${value}`).join(", ");
  return `${isSftp ? "files by sftp alone" : "no usual shell"} (${words})`;
}
