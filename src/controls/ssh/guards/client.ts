/** This client: its algorithms, how many keys it offers, whence it comes. */
import { findingsOf } from "../../../checks/finding.ts";
import { keysHere } from "../../../facts/accounts.ts";
import { valueOr } from "../../../facts/probe.ts";
import { fingerprintIn } from "../../../kinds/keys/line.ts";
import { foreseenFiles } from "../../accounts/foreseen.ts";
import { type Context, type Guard, value } from "./context.ts";

const say = findingsOf("ssh", {
  "no-common-algorithm": ["block", "sshd and this client would have no algorithm in common"],
  "too-many-keys": ["block", "The login needed more keys than sshd would let it try"],
});

export const findings = say.records;

const brings = /(gcm|poly1305)@openssh\.com$/; // ciphers with a MAC of their own

const offered = (context: Context, keyword: string) =>
  value(context, keyword)
    .split(",")
    .filter((name) => name !== "");

const families: Readonly<Record<string, RegExp>> = {
  rsa: /^(rsa-sha2-(256|512)|ssh-rsa)$/,
  ecdsa: /^ecdsa-sha2-nistp\d+$/,
  ed25519: /^ssh-ed25519$/,
};

/** Host key algorithms that sshd has a key for, as far as the names of its files tell. */
function hostKeyAlgorithms(context: Context): readonly string[] {
  const all = offered(context, "hostkeyalgorithms");
  const files = context.effective.global.get("hostkey") ?? [];
  const known = files.map((path) => families[/ssh_host_([a-z0-9]+)_key$/.exec(path)?.[1] ?? ""]);
  if (known.length === 0 || known.includes(undefined)) return all;
  return all.filter((name) => known.some((family) => family?.test(name)));
}

export const algorithmsGuard: Guard = (context) => {
  const { client } = context.input.access;
  if (client === undefined) return [];
  const ciphers = offered(context, "ciphers");
  const cipher = client.ciphers.find((each) => ciphers.includes(each));
  const pairs: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ["KexAlgorithms", client.kex, offered(context, "kexalgorithms")],
    ["Ciphers", client.ciphers, ciphers],
    ...(cipher !== undefined && brings.test(cipher)
      ? []
      : [["MACs", client.macs, offered(context, "macs")] as const]),
    ["HostKeyAlgorithms", client.hostKeys, hostKeyAlgorithms(context)],
  ];
  return pairs
    .filter(([, mine, theirs]) => !theirs.some((name) => mine.includes(name)))
    .flatMap(([keyword, mine, theirs]) =>
      say(
        "no-common-algorithm",
        `${keyword} would leave ${theirs.join(",") || "nothing"}: this client speaks none of them.`,
        `Keep one of ${mine.join(", ")}.`,
      ),
    );
};

/** Up to the accepted one; of a login that the profile makes, up to the first that it will accept. */
function keysOffered({ input, account }: Context): number {
  const { client, planned, proven, coming } = input.access;
  const own = coming?.get(planned.login);
  if (client === undefined || account === undefined) return 0;
  if (proven || own === undefined) return client.keysOffered;
  const files = keysHere(valueOr(input.facts.keys, []), planned.login);
  const lines = foreseenFiles(files, account, own).flatMap((file) => file.lines);
  const opening = new Set(lines.map(fingerprintIn));
  return 1 + client.keysHeld.findIndex((key) => opening.has(key));
}

export const triesGuard: Guard = (context) => {
  const { planned } = context.input.access;
  const offeredKeys = keysOffered(context);
  const max = Number(value(context, "maxauthtries"));
  if (!(offeredKeys > max)) return [];
  return say(
    "too-many-keys",
    `The login ${planned.login} needed ${offeredKeys} keys, and MaxAuthTries ${max} ends a connection after ${max} wrong ones.`,
    "Name the right key: --identity FILE, or IdentityFile with IdentitiesOnly in the ssh configuration.",
  );
};
