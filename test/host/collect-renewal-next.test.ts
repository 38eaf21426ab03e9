/** What is read of a file of cron, and nothing of its commands; and what the host says of addresses and ports of standalone's. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { library } from "../../src/host/library.ts";
import { shells } from "./root.ts";

const asked = (text: string, [program = "", ...args]: readonly string[]) =>
  spawnSync(program, args, { input: `${library}\n${text}\n`, encoding: "utf8" });

function entries(shell: readonly string[], path: string, text: string) {
  const { stdout, stderr } = asked(`cron_entries ${path} <<'END'\n${text}\nEND`, shell);
  expect(stderr).toBe("");
  return stdout.trim().split("\n");
}

it.each(shells.map((shell) => ({ shell })))("$shell reads lines, not variables", ({ shell }) => {
  const text = `# 0 3 * * * root certbot renew
PATH=/usr/bin
 MAILTO = "a b"
"A B" = c
0 3 * * * root /usr/bin/certbot -q renew --token never-leaves
0 3 * * * certbot renew
@daily root test -x /usr/bin/certbot -a \\! -d /run/systemd/system && certbot renew
  25 6 * * *\troot test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }
A B = never-leaves
"A = never-leaves
0 3 * * * root
0 $(id) * * * -x certbot renew --dry-run`;
  const found = entries(shell, "/etc/cron.d/mine", text);
  expect(found).toEqual([
    "root\trenew\t0\t3\t*\t*\t*",
    "certbot\trenew\t0\t3\t*\t*\t*",
    "root\tother\t@daily",
    "root\tdaily\t25\t6\t*\t*\t*",
    "-\tother\t-\t-\t-\t-\t-",
    "-\tother\t-\t-\t-\t-\t-",
    "-\tother\t0\t3\t*\t*\t*",
    "-\tother\t0\t-\t*\t*\t*",
  ]);
  expect(entries(shell, "/var/spool/cron/crontabs/root", "0 3 * * * certbot renew\n@weekly")).toEqual([
    "root\trenew\t0\t3\t*\t*\t*",
    "-\tother\t@weekly",
  ]);
});

it.each(shells.map((shell) => ({ shell })))(
  "$shell binds what the host has, and nothing else",
  ({ shell }) => {
    const binds = (address: string) => asked(`renewal_binds '${address}'`, shell).status;
    expect(["127.0.0.1", "192.0.2.7", "2001:db8::7", "300.1.1.1"].map(binds)).toEqual([0, 1, 1, 1]);
  },
);

it.each(shells.map((shell) => ({ shell })))(
  "$shell reads ports and addresses as both files have them",
  ({ shell }) => {
    const folder = mkdtempSync(join(tmpdir(), "harden-ports-"));
    mkdirSync(join(folder, "renewal"));
    writeFileSync(
      join(folder, "renewal/a.conf"),
      "http01_port = 8888\nhttp01_address = '192.0.2.1' # mine\n",
    );
    writeFileSync(join(folder, "cli.ini"), "# http-01-port = 1\nhttp-01-port 81\nhttp-01-address: ::1\n");
    const { stdout } = asked(`renewal_values ${folder} port; renewal_values ${folder} address`, shell);
    rmSync(folder, { recursive: true });
    expect(stdout.trim().split("\n")).toEqual(["81", "8888", "192.0.2.1", "::1"]);
  },
);
