/** What is read of a file of cron: who runs each line, what it does and when, and nothing of its command. */
import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { library } from "../../src/host/library.ts";
import { shells } from "./root.ts";

function entries([program = "", ...args]: readonly string[], path: string, text: string) {
  const input = `${library}\ncron_entries ${path} <<'END'\n${text}\nEND\n`;
  const { stdout, stderr } = spawnSync(program, args, { input, encoding: "utf8" });
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
