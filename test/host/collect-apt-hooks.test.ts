/** Which programs keep apt from its work: those of packages are known, and those of others until apt has worked with them. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { library } from "../../src/host/library.ts";
import { shells } from "./root.ts";

const listchanges = `DPkg::Pre-Install-Pkgs { "/usr/bin/apt-listchanges --apt || test $? -lt 10"; };\n`;
const etckeeper = `DPkg::Pre-Invoke       { "if [ -x /usr/bin/etckeeper ]; then etckeeper pre-install; fi"; };\n`;
const debconf = `// as it comes\nDPkg::Pre-Install-Pkgs {"/usr/sbin/dpkg-preconfigure --apt || true";};\n`;

/** `own`: files of nobody's package; `values`: what apt-config says of them. */
function hooks(
  [shell = "", ...args]: readonly string[],
  own: Readonly<Record<string, string>>,
  values: readonly string[],
  { changed = false, since = false } = {},
) {
  const root = mkdtempSync(join(tmpdir(), "harden-hooks-"));
  const put = (path: string, text: string, mode = 0o644) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { mode });
  };
  const folder = "etc/apt/apt.conf.d";
  const packaged = { "20listchanges": listchanges, "05etckeeper": etckeeper, "70debconf": debconf };
  for (const [name, text] of Object.entries({ ...packaged, ...own })) put(`${folder}/${name}`, text);
  const sums = Object.entries(packaged).map(([name, text]) => {
    const sum = createHash("md5")
      .update(changed ? `${text}x` : text)
      .digest("hex");
    return ` ${root}/${folder}/${name} ${sum}`;
  });
  put("conffiles", ` /etc/other 0 obsolete\n${sums.join("\n")}\n`);
  const ofPackages = [listchanges, etckeeper, debconf].map((text) => {
    const [, key, value] = /(\S+)\s*\{\s*"(.*)"/.exec(text)!;
    return `${key}:: ${value}`;
  });
  put("dump", `${["DPkg::Pre-Invoke ", ...ofPackages, "APT::Update::Pre-Invoke ", ...values].join("\n")}\n`);
  put("bin/apt-config", `#!/bin/sh\ncat ${root}/dump\n`, 0o755);
  put("bin/dpkg-query", `#!/bin/sh\ncat ${root}/conffiles\n`, 0o755);
  put("var/lib/dpkg/info/a.list", "");
  const substitute = String.raw`apt_hooks_perl=$(printf '%s' "$apt_hooks_perl" | sed 's#"/\(etc\|var\)/#"${root}/\1/#g')`;
  // By seconds: what is of the same one is not known to be later.
  const later = since
    ? `sleep 1.1; touch ${root}/var/lib/dpkg/info/a.list
`
    : "";
  const input = `${library}\n${later}PATH=${root}/bin:$PATH\n${substitute}\napt_hooks\n`;
  const { stdout, stderr } = spawnSync(shell, args, { input, encoding: "utf8" });
  rmSync(root, { recursive: true });
  expect(stderr).toBe("");
  return stdout.replaceAll(`${root}/${folder}/`, "").split("\n").filter(Boolean);
}

test.each(shells.map((shell) => ({ shell })))("$shell", ({ shell }) => {
  const own = { "99x": 'DPkg::Pre-Invoke {"/bin/false";};\n' };
  const value = "DPkg::Pre-Invoke:: /bin/false";
  expect(hooks(shell, {}, [])).toEqual([]);
  expect(hooks(shell, own, [value])).toEqual(["hook DPkg::Pre-Invoke 99x /bin/false"]);
  // Of a package, and changed since.
  expect(hooks(shell, {}, [], { changed: true })).toHaveLength(3);
  // apt doesn't read the file, or has the value from elsewhere.
  expect(hooks(shell, { "99x.bak": own["99x"] }, [])).toEqual([]);
  expect(hooks(shell, { "99x.bak": own["99x"] }, [value])).toEqual(["hook DPkg::Pre-Invoke - /bin/false"]);
  const lines = 'APT::Update::Pre-Invoke {\n  "a \\"b\\"";\n};\nDPkg::Pre-Install-Pkgs:: "c";\n';
  expect(
    hooks(shell, { own: lines }, [
      'APT::Update::Pre-Invoke:: a "b"\n\u001b[2J',
      "DPkg::Pre-Install-Pkgs:: c",
    ]),
  ).toEqual(['hook APT::Update::Pre-Invoke - a "b" [2J', "hook DPkg::Pre-Install-Pkgs own c"]);
  // Something was installed since it is there.
  expect(hooks(shell, own, [value], { since: true })).toEqual([]);
});
