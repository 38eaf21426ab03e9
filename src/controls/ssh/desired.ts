/** What the ssh control wants of a host. */
import { valueOr } from "../../facts/probe.ts";
import type { Resource } from "../../kinds/index.ts";
import { type Claim, claimsOf, daemon, rootFile } from "../../plan/claim.ts";
import { units } from "../../platform.ts";
import { idleClaims } from "./idle.ts";
import { dropinPath, mainPath, socketDropinPath } from "./layout.ts";
import { unloaded } from "./running.ts";
import type { SshInput } from "./view.ts";
import { hasSshd, type SshView } from "./view.ts";

const own = claimsOf("ssh");
const claim = (resource: Resource, reason: string): Claim => ({
  ...own(reason, resource),
  ...(resource.kind === "file" ? { effect: resource.path === socketDropinPath ? "restart" : "reload" } : {}),
});

/** The same connection for every operator, so that they get the same plan; -T also resolves what -t only parses. */
const proof = {
  check: "sshd",
  words: ["user=root,host=203.0.113.1,addr=203.0.113.1,laddr=127.0.0.1,lport=22"],
} as const;

const mine = { mode: "0600", owner: "root", group: "root" };

export function desired(input: SshInput): readonly Claim[] {
  if (!hasSshd(input)) return [];
  const { view } = input;
  if (view === undefined) return [];
  const idle = idleClaims({ params: input.params, known: view.known });
  return [...configuration(view, input), ...idle, ...socket(input), ...service(input)];
}

function configuration({ layout }: SshView, { facts }: SshInput): readonly Claim[] {
  const ours = valueOr(facts.dropin, undefined);
  const main = valueOr(facts.main, undefined);
  const file = (path: string, content: Buffer | "absent") => rootFile(path, content, { ...mine, proof });
  if (layout.kind === "whole") {
    const why = "sshd reads no drop-in here before everything else, and takes the first value";
    return [
      claim(file(mainPath, layout.main), why),
      ...(ours === undefined ? [] : [claim(file(dropinPath, "absent"), "sshd_config holds our lines")]),
    ];
  }
  const cleared = main?.content !== undefined && !main.content.equals(layout.main);
  return [
    claim(file(dropinPath, layout.dropin!), "sshd takes the first value, and reads this file first"),
    cleared
      ? claim(file(mainPath, layout.main), "our lines have a file of their own now")
      : claim({ kind: "mode", path: mainPath, ...mine }, "nobody but root needs to read or write it"),
  ].filter(({ resource }) => resource.kind !== "mode" || needsMode(main));
}

/** Stricter is left as it is; a link's mode means nothing. */
function needsMode(main: { type: string; mode: string; owner: string; group: string } | undefined): boolean {
  if (main === undefined || main.type !== "file") return false;
  return (Number.parseInt(main.mode, 8) & 0o177) !== 0 || main.owner !== "root" || main.group !== "root";
}

/** With an active ssh.socket systemd listens, and sshd's own Port doesn't count. */
function socket({ params, facts }: SshInput): readonly Claim[] {
  if (!valueOr(facts.socket, undefined)?.active || params.port === undefined) return [];
  // A bare port is IPv6 and IPv4 in one, and IPv4 alone where there is no IPv6.
  const lines = ["[Socket]", "ListenStream=", `ListenStream=${params.port}`, "BindIPv6Only=both"];
  const content = Buffer.from(`# Written by harden.\n${lines.join("\n")}\n`);
  return [
    claim(rootFile(socketDropinPath, content), "systemd listens for sshd on this host"),
    claim(
      daemon(units.sshSocket, {
        enabled: valueOr(facts.socket, undefined)?.enabled === "enabled",
        on: [`file:${socketDropinPath}`],
      }),
      "systemd listens on the new port; open sessions stay",
    ),
  ];
}

/**
 * Whether sshd runs, and at boot, is the host's own affair: nothing here ever starts it. On a socket of systemd's it
 * must be restarted: a reload ends it, since it can't bind the address again (tried on Debian 13).
 */
function service(input: SshInput): readonly Claim[] {
  const { facts } = input;
  const now = valueOr(facts.service, undefined);
  if (now === undefined || !now.active || now.enabled.startsWith("masked")) return [];
  const socket = valueOr(facts.socket, undefined)?.active === true;
  return [
    claim(
      daemon(units.ssh, {
        enabled: now.enabled === "enabled",
        on: [`file:${dropinPath}`, `file:${mainPath}`, `mode:${mainPath}`, `service:${units.sshSocket}`],
        how: socket ? "restart" : "reload",
        stale: unloaded(input),
      }),
      "sshd reads its configuration anew; open sessions stay",
    ),
  ];
}
