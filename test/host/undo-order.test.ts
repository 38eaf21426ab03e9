/**
 * What a rollback does, call by call, on a run with everything in it: compared with the recorded order of the runtime
 * that 140 faults and 200 rounds of chaos were survived with. Record anew: UPDATE_ORDERS=1.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import { beginScript, rollbackScript } from "../../src/host/script.ts";
import type { Step } from "../../src/kinds/index.ts";
import { Root, run, work } from "./root.ts";

const fixture = new URL("../fixtures/undo-orders.txt", import.meta.url);

let root: Root;
afterEach(() => root.remove());

/** Says that it was called, without the root's path and numbers that differ each time, then does its work. */
const told = (name: string, body: string) => `#!/bin/sh
R=$(dirname "$(dirname "$0")")
case "$*" in ${name === "cat" ? "*/proc/sys/*" : "*"}) printf "%s\\n" "${name} $*" | sed "s|$R||g" >>"$R/log" ;; esac
${body}
`;

const dump = (name: string) => `cat "$R/dump-${name}"`;
const real = (name: string) => `exec /usr/bin/${name} "$@"`;

const programs: Readonly<Record<string, string>> = {
  cat: real("cat"),
  cp: real("cp"),
  mv: real("mv"),
  rm: real("rm"),
  chmod: real("chmod"),
  chown: real("chown"),
  sshd: "",
  "iptables-save": dump("iptables"),
  "ip6tables-save": dump("iptables"),
  "iptables-restore": "cat >/dev/null",
  "ip6tables-restore": "cat >/dev/null",
  iptables: "",
  ip6tables: "exit 1",
  ufw: "",
  augenrules: "",
  auditctl: `case $1 in -l) echo "-w /etc/a -p wa" ;; -s) echo "enabled 1" ;; esac`,
  "dpkg-query": `[ -e "$R/installed" ] && echo "ii " || exit 1`,
  "dpkg-deb": `case $1 in --fsys-tarfile) tar -cf - -C "$R/deb" . ;; *) echo newpkg ;; esac`,
  "apt-mark": "",
  dpkg: `case $1$2 in --force*) rm -f "$R/installed" ;; esac`,
  "apt-get": `case " $* " in
*" --simulate install "*) echo "Inst newpkg (1.0 Debian:13 [amd64])" ;;
*" --simulate purge "*) echo "Purg newpkg [1.0]" ;;
*" --print-uris "* | *" --download-only "* | *" update "*) ;;
*" install "*) : >"$R/installed" ;;
esac`,
};

const steps = (): Step[] => [
  { verb: "install", packages: ["newpkg"] },
  root.file("etc/a.conf", "b\n", "0600"),
  {
    ...root.file("etc/systemd/system/cron.service.d/harden.conf", "[Service]\n"),
    before: { state: "absent" },
  } as Step,
  { verb: "remove", path: root.at("etc/gone.conf"), before: root.before("etc/gone.conf") },
  {
    verb: "mode",
    path: root.at("etc/m.conf"),
    mode: "0600",
    owner: "root",
    group: "root",
    before: root.modes("etc/m.conf"),
  },
  { verb: "sysctl", key: "net.one", value: "2", before: "1" },
  { verb: "sysctl", key: "net.two", value: "2", before: "1" },
  { verb: "audit-rules" },
  { verb: "service", unit: "cron.service", operation: "reload" },
  { verb: "service", unit: "fail2ban.service", operation: "enable" },
  { verb: "service", unit: "fail2ban.service", operation: "start" },
  { verb: "firewall", operation: "load" },
  { verb: "service", unit: "ssh.service", operation: "reload" },
];

async function applied(): Promise<void> {
  root = new Root();
  root.write("etc/a.conf", "a\n", 0o640);
  root.write("etc/gone.conf", "gone\n");
  root.write("etc/m.conf", "m\n");
  root.write("etc/audit/audit.rules", "");
  root.write("etc/ufw/user.rules", "");
  root.write("proc/sys/net/one", "1\n");
  root.write("proc/sys/net/two", "1\n");
  root.write("deb/lib/systemd/system/new.service", "[Service]\n");
  root.write("var/cache/apt/archives/newpkg_1.0_amd64.deb", "");
  root.write("dump-iptables", "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j theirs\nCOMMIT\n");
  for (const unit of ["cron", "ssh"]) root.write(`units/${unit}.service`, "loaded enabled active\n");
  root.write("units/new.service", "loaded enabled inactive\n");
  root.write("units/fail2ban.service", "loaded disabled inactive\n");
  root.program("fail2ban-client", "#!/bin/sh\n");
  for (const [name, body] of Object.entries(programs)) root.program(name, told(name, body));
  const sent = await root.send(beginScript(run("r1"), work(...steps()), root.options()));
  expect(sent).toMatchObject({ outcome: "waiting", stderr: "" });
  root.write("dump-iptables", "*filter\n:INPUT ACCEPT [0:0]\n:ufw-x - [0:0]\n-A INPUT -j theirs\nCOMMIT\n");
  root.write("log", "");
}

/** The calls that change something, and the reads that show where in the order live values are. */
const calls = () =>
  root
    .read("log")
    .split("\n")
    .filter(
      (line) =>
        !/var\/lib\/harden\/(?!runs\/r1\/backup)|^(show|is-active|list-jobs)|harden-\w+-r1/.test(line),
    )
    .filter((line) => !/^(iptables-save|dpkg-query|dpkg-deb|apt-mark|.*--simulate)/.test(line));

it("undoes in the recorded order: at once, early at boot, and late at boot", async () => {
  await applied();
  await root.send(rollbackScript("r1", "", root.path));
  const atOnce = calls();
  root.remove();
  await applied();
  // Early means before whatever reads at boot what was changed; late, after it.
  const unit = (name: string) => root.read(`etc/systemd/system/harden-${name}-r1.service`);
  for (const reader of ["systemd-sysctl", "ufw", "ssh", "auditd", "fail2ban", "docker"]) {
    expect(unit("early")).toMatch(new RegExp(`^Before=.* ${reader}\\.service\\b`, "m"));
    expect(unit("deadman")).toMatch(new RegExp(`^After=.* ${reader}\\.service\\b`, "m"));
  }
  await root.send(
    `rm -rf '${root.path}/run/harden-r1'; kill -9 $(cat '${root.path}'/pids/harden-deadman-r1.service)`,
  );
  await root.stored("r1", "early");
  const early = calls();
  root.write("log", "");
  await root.stored("r1", "deadman");
  const text = [
    ["at once", atOnce],
    ["early", early],
    ["late", calls()],
  ]
    .map(([name, lines]) => `== ${name}\n${(lines as string[]).join("\n")}`)
    .join("\n");
  if (process.env.UPDATE_ORDERS) writeFileSync(fixture, text);
  expect(text).toBe(readFileSync(fixture, "utf8"));
}, 60_000);
