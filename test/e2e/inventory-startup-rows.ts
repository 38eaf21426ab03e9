/** What is planted on a host: commands of root's ssh. */
import { ledTo, type Row } from "./inventory-rows.ts";

/** A file with its text, and files beside it that give no entry. */
function startup(path: string, text: string, beside: Readonly<Record<string, string>> = {}): Row {
  const files = Object.entries({ ...beside, [path]: text });
  const make = files.map(
    ([file, lines]) => `mkdir -p $(dirname ${file}); printf '%s\\n' '${lines}' >${file}`,
  );
  return ["startup-files", path, make.join("\n"), `rm ${files.map(([file]) => file).join(" ")}`];
}

export const startupRows: readonly Row[] = [
  startup("/root/.ssh/config", 'Host x\n  "proxycommand" = /opt/x %h', {
    "/etc/ssh/ssh_config.d/not-root.conf": "ProxyCommand none\nSecurityKeyProvider internal\nHost exec",
  }),
  startup("/etc/ssh/ssh_config.d/x.conf", 'Match host x !exec "/opt/x"'),
  startup("/etc/ssh/ssh_config.d/y.conf", "Include /etc/ssh/ssh_config.d/*.conf /opt/x"),
  ledTo("proxied", {
    "/etc/ssh/ssh_config.d/z.conf": "PKCS11Provider RUN\nUserKnownHostsFile /opt/led/not-root",
  }),
];
