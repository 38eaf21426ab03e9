/** What is read of certbot's files, as certbot reads them, and that nothing else of them leaves the host. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { renewal } from "../../src/facts/renewal.ts";
import { library } from "../../src/host/library.ts";
import { shells } from "./root.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-certbot-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (path: string, text = "") => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};

function read([program = "", ...args]: readonly string[], calls: string) {
  const input = `${library}\n${calls}\nprintf 'end\\tyes\\n'\n`;
  const { stdout, stderr } = spawnSync(program, args, { input, encoding: "utf8" });
  expect(stderr).toBe("");
  return { stdout, ...renewal("").parse(Buffer.from(stdout)) };
}

describe.each(shells.map((shell) => ({ shell })))("$shell", ({ shell }) => {
  it("a certificate's file is read in the section that counts, without secrets", () => {
    for (const name of ["cert", "privkey", "chain"]) {
      mkdirSync(join(folder, "live/a"), { recursive: true });
      symlinkSync(
        join(folder, "archive", name === "chain" ? "gone" : "there"),
        join(folder, `live/a/${name}.pem`),
      );
    }
    write("archive/there");
    write("live/a/fullchain.pem");
    write(
      "renewal/a.conf",
      `# renew_before_expiry = 30 days
autorenew = True
renew_before_expiry = "2 weeks"
${["cert", "privkey", "chain", "fullchain"].map((name) => `${name} = ${folder}/live/a/${name}.pem`).join("\n")}
[ renewalparams ] # as certbot writes it
renew_before_expiry = 1 day
autorenew = False # for now
account = abc
authenticator = 'manual'
manual_auth_hook = /opt/hook --token never-leaves
dns_x_credentials = never-leaves
server = https://ca.example/dir
[[webroot_map]]
account = /srv
`,
    );
    write("renewal/b.conf", "[renewalparams]\n\nautorenew = True\nautorenew = False\n");
    write("renewal/c.conf", "[renewalparams]\nautorenew True\n");
    const { stdout, confs } = read(shell, `renewal_confs ${folder}`);
    expect(confs).toMatchObject([
      {
        name: "a",
        authenticator: "manual",
        answers: true,
        autorenew: "False",
        renewBefore: "2 weeks",
        account: "abc",
        server: "https://ca.example/dir",
        broken: ["chain", "fullchain"].map((name) => `${folder}/live/a/${name}.pem`),
      },
      { name: "b", unread: 4 },
      { name: "c", unread: 2 },
    ]);
    expect(stdout).not.toContain("never-leaves");
  });

  it("options are read in each way that configargparse takes, without secrets", () => {
    write(
      "cli.ini",
      `# dry-run
; dry-run
---dry_run
[staging]
  dry-run
--no-autorenew yes ; why not
test-cert: false
server = "https://ca.example/#1"
account\tabc # mine
dry_run=0
pre_hook = echo never-leaves
eab-hmac-key = never-leaves
`,
    );
    write("own.ini", "server https://other.example\r\n");
    const { stdout, options } = read(
      shell,
      `renewal_options ${folder}/cli.ini ${folder}/none ${folder}/own.ini`,
    );
    const cli = (key: string, value: string) => ({ file: `${folder}/cli.ini`, key, value });
    expect(options).toEqual([
      ...[cli("dry-run", ""), cli("no-autorenew", "yes"), cli("test-cert", "false")],
      ...[
        cli("server", "https://ca.example/#1"),
        cli("account", "abc"),
        cli("dry_run", ""),
        cli("pre_hook", ""),
      ],
      { file: `${folder}/own.ini`, key: "server", value: "https://other.example" },
    ]);
    expect(stdout).not.toContain("never-leaves");
  });

  it("an account counts where all its files are there, also through a link", () => {
    for (const name of ["regr", "meta", "private_key"]) write(`accounts/ca.example/dir/a1/${name}.json`);
    write("accounts/ca.example/dir/a2/private_key.json");
    symlinkSync(join(folder, "accounts/ca.example/dir"), join(folder, "accounts/ca.example/next"));
    const { accounts } = read(shell, `renewal_accounts ${folder}/accounts`);
    expect([...accounts].sort()).toEqual(["ca.example/dir/a1", "ca.example/next/a1"]);
  });
});
