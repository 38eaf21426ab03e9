/** What is planted on a host: what systemd makes at a boot, records of accounts, commands of root's ssh. */
import { ledTo, type Row } from "./inventory-rows.ts";

/** A file with its text, and files beside it that give no entry. */
function startup(path: string, text: string, beside: Readonly<Record<string, string>> = {}): Row {
  const files = Object.entries({ ...beside, [path]: text });
  const make = files.map(
    ([file, lines]) => `mkdir -p $(dirname ${file}); printf '%s\\n' '${lines}' >${file}`,
  );
  return ["startup-files", path, make.join("\n"), `rm ${files.map(([file]) => file).join(" ")}`];
}

/** As kmod(8) writes static-nodes.conf at each boot. */
const nodes = "d /dev/snd 0755 - - -\nc! /dev/snd/seq 0600 - - - 116:1";
export const startupRows: readonly Row[] = [
  startup("/etc/tmpfiles.d/x.conf", "z /opt/none 4755 root root"),
  startup("/run/tmpfiles.d/x.conf", `${nodes}\na+ /opt/none - - - - u:op:rw`, {
    "/run/tmpfiles.d/not-root.conf": nodes,
  }),
  startup("/usr/lib/tmpfiles.d/x.conf", "f /opt/none - - - - x"),
  startup("/root/.config/user-tmpfiles.d/x.conf", "C /opt/none"),
  startup("/usr/local/lib/sysusers.d/x.conf", "u games"),
  startup("/etc/credstore/tmpfiles.extra", "f /opt/none"),
  ledTo("made", { "/etc/tmpfiles.d/made.conf": "C /opt/led/not-root 4755 root root - RUN" }),
  startup("/etc/userdb/op.user", '{"userName":"op","environment":["LD_PRELOAD=/opt/x.so"]}'),
  [
    "startup-files",
    "/run/host/userdb/1001.user",
    "mkdir -p /run/host/userdb; ln -s /etc/userdb/op.user /run/host/userdb/1001.user",
    "rm -r /run/host/userdb /etc/userdb",
  ],
  startup("/usr/local/lib/userdb/op.user-privileged", "{}"),
  startup("/root/.ssh/config", 'Host x\n  "proxycommand" = /opt/x %h', {
    "/etc/ssh/ssh_config.d/not-root.conf": "ProxyCommand none\nSecurityKeyProvider internal\nHost exec",
  }),
  startup("/etc/ssh/ssh_config.d/x.conf", 'Match host x !exec "/opt/x"'),
  startup("/etc/ssh/ssh_config.d/y.conf", "Include /etc/ssh/ssh_config.d/*.conf /opt/x"),
  ledTo("proxied", {
    "/etc/ssh/ssh_config.d/z.conf": "PKCS11Provider RUN\nUserKnownHostsFile /opt/led/not-root",
  }),
];
