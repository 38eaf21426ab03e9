/** Which paths of a configuration are looked at: how they stand in a line, and what is left out as data. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { inventory } from "../../src/facts/inventory.ts";
import { library } from "../../src/host/library.ts";
import { shells } from "./root.ts";

/** The rules are of perl: one shell is as good as the others. */
const [[shell = "", ...args] = []] = shells;

/** A file below /etc, a line of it, and the names that are listed: op's are those of /opt/op, /srv/op and /home/op. */
type Row = readonly [file: string, text: string, ...paths: string[]];

const named: readonly Row[] = [
  ["apt/apt.conf.d/x", '#include "/opt/op/x";', "/opt/op/x"],
  ["pam.d/sudo", "@include /opt/op/p", "/opt/op/p"],
  ["pam.d/sshd", "session required pam_env.so envfile=/opt/op/env", "/opt/op/env"],
  ["rsyslog.d/a", "$IncludeConfig /opt/op/*.conf", "/opt/op/*.conf"],
  ["rsyslog.d/b", 'include(file="/opt/op/x")', "/opt/op/x"],
  ["fail2ban/jail.d/a", "before = /opt/op/j", "/opt/op/j"],
  ["fail2ban/jail.d/b", "before = ../../../opt/op/j", "../../../opt/op/j"],
  ["environment", 'LESSOPEN="|/opt/op/less %s"', "/opt/op/less"],
  ["environment.d/a", "NODE_OPTIONS=--require=/opt/op/n.js", "/opt/op/n.js"],
  ["environment.d/b", "JAVA_TOOL_OPTIONS=-javaagent:/opt/op/a.jar", "/opt/op/a.jar"],
  ["environment.d/c", "RUBYOPT=-r/opt/op/r", "/opt/op/r"],
  ["environment.d/d", "X=/usr/lib:/opt/op/lib", "/opt/op/lib"],
  ["apt/sources.list.d/a", "deb [signed-by=/opt/op/key] file:///opt/op/b ./", "/opt/op/key", "/opt/op/b"],
  ["ucf.conf", "//opt/op/x", "/opt/op/x"],
  ["x/long", `x=${"a ".repeat(100)}/opt/op/x`, "/opt/op/x"],
  ["x/host", "x file://localhost/opt/op/x", "/opt/op/x"],
  ["x/link", "x ../link/x", "../link/x"],
  ["x/dots", "x /etc/../opt/op/x", "/etc/../opt/op/x"],
  ["x/proc", "x /proc/self/root/opt/op/x", "/opt/op/x"],
  ["x/variable", "x ${root}/opt/x /opt/op/$name/x", "/opt/op/$name/x"],
  ["x/list", "a /opt/op/x,/opt/op/y;/opt/op/z", "/opt/op/x", "/opt/op/y", "/opt/op/z"],
  ["x/binary", "\0\0x=\0/opt/op/x\0", "/opt/op/x"],
  ["x/missing", "before = /tmp/harden-none/x", "/tmp/harden-none/x"],
  ["fstab", "/opt/op/img /mnt ext4 loop 0 0\nUUID=1 /opt/op/mounted ext4 defaults 0 0", "/opt/op/img"],
  ["tmpfiles.d/a", "L+ /opt/op/made - - - - /opt/op/x", "/opt/op/x"],
  ["logrotate.d/a", "include /opt/op/x\n/opt/op/rotated {\n}", "/opt/op/x"],
  ["apache2/a", 'CustomLog "|/opt/op/rotate /x" combined', "/opt/op/rotate"],
  ["nginx/a", "include /srv/op/nginx.conf;", "/srv/op/nginx.conf"],
  ["supervisor/a", "[program:a]\nuser=op\ncommand=/opt/op/a\n[program:b]\ncommand=/opt/op/b", "/opt/op/b"],
  ["default/other", "X=/var/lib/service/x", "/var/lib/service/x"],
];

const leftOut: readonly Row[] = [
  ["x/comment", "# /opt/op/x\n; /opt/op/x\n// /opt/op/x\nx # see /opt/op/x"],
  ["x/url", "x https://host/opt/op/x http://opt/op/x"],
  ["x/part", "x a/opt/op/x ~/opt/op/x $HOME/opt/op/x */opt/op/x %h/opt/op/x ${x}/opt/op/x"],
  ["x/root", "x /*/* /opt /usr/bin/true /tmp /var/tmp /dev/null /proc/cpuinfo"],
  ["x/run", "x=/run/service/x"],
  [
    "x/written",
    "log_file = /opt/op/x\npid=/opt/op/x\nsocket /opt/op/x\ntmpdir=/tmp/harden-none\nx=/opt/op/x.sock",
  ],
  ["nginx/b", "root /srv/op/public;\n  location /a { alias /srv/op/public/a; }\naccess_log /srv/op/a main;"],
  ["nginx/c", "upstream a { server unix:/srv/op/a fail_timeout=0; }\nlocation /opt/op { }"],
  ["apache2/b", 'DocumentRoot /srv/op\n<Directory "/srv/op">\nAlias /static /srv/op/static'],
  ["php/8.4/fpm/pool.d/a", "[a]\nuser = op\nphp_admin_value[auto_prepend_file] = /srv/op/x"],
  ["samba/smb.conf", "path = /srv/op"],
  ["passwd", "op:x:1000:1000::/home/op:/bin/sh"],
  ["apparmor.d/a", "/opt/op/x rw,"],
  ["letsencrypt/renewal/a", "a.example = /srv/op/public"],
  ["default/unit", "X=/srv/op"],
  ["served/a", "X=/srv/op"],
  ["default/daemon", "X=/var/lib/service/x"],
];

/** Whose a path is, and what the other parts know: what reads /etc/default/unit, and the service "served", are not run by root. */
const others = `my (%in_group, %hook, @jobs, @units, @startup, %sum); my $broken;
my (%environment, %unprivileged) = ("/etc/default/unit", 0); $unprivileged{served} = 1;
sub unexplained { map { [$_] } sort @_ }
sub of_service { 0 }
sub open_to { my ($at) = @_; $at =~ m{^/(opt|srv|home)/op(/|$)} ? (0755, 1000, 1000, 0) : $at =~ m{^/(var/lib|run)/service(/|$)} ? (0755, 1, 1, 0) : () }`;

const listed = new Map<string, readonly string[]>();

beforeAll(() => {
  const root = mkdtempSync(join(tmpdir(), "harden-configured-"));
  for (const [file, text] of [...named, ...leftOut]) {
    const path = join(root, "etc", file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${text}\n`);
  }
  symlinkSync("/opt/op/other", join(root, "etc/link"));
  const input = `${library}
OTHERS=$(cat <<'OTHERS'\n${others}\nOTHERS\n)
perl -e "$inventory_common$(printf '%s' "$OTHERS$inventory_configured" | sed 's|/etc\\>|${root}/etc|g; s/"-uid", "0"/"-uid", "${process.getuid?.()}"/')" 1000\n`;
  const { stdout, stderr } = spawnSync(shell, args, { input, encoding: "utf8" });
  rmSync(root, { recursive: true });
  expect(stderr).toBe("");
  const { configured } = inventory(15).parse(Buffer.from(stdout.replaceAll(root, "")));
  expect(configured.unread).toEqual([]);
  for (const [name = "", path = ""] of configured.entries) {
    const file = name.replace("/etc/", "");
    listed.set(file, [...(listed.get(file) ?? []), path]);
  }
});

test.each(named)("what %s names is listed: %j", (file, _, ...paths) => {
  expect(listed.get(file) ?? []).toEqual(paths);
});

test.each(leftOut)("what %s names is left out: %j", (file) => {
  expect(listed.get(file) ?? []).toEqual([]);
});
