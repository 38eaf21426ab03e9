/** What is planted on a host: what systemd makes at a boot, records of accounts, modules found before a package's, commands of root's ssh, and scripts of dpkg's. */
import { ledTo, type Row } from "./inventory-rows.ts";

/** A file with its text, and files beside it that give no entry. */
function startup(path: string, text: string, beside: Readonly<Record<string, string>> = {}): Row {
  const files = Object.entries({ ...beside, [path]: text });
  const make = files.map(
    ([file, lines]) => `mkdir -p $(dirname ${file}); printf '%s\\n' '${lines}' >${file}`,
  );
  return ["startup-files", path, make.join("\n"), `rm ${files.map(([file]) => file).join(" ")}`];
}

/** A module in the folder that a shell finds by this pattern, under the name that is listed. */
const module = (folder: string, name: string, listed: RegExp): Row => [
  "startup-files",
  listed,
  `for folder in ${folder}; do mkdir -p $(dirname $folder/${name}); : >$folder/${name}; done`,
  `for folder in ${folder}; do rm $folder/${name}; done`,
];

const stdlib = "$(ls -d /usr/lib/python3.*)";
const perl = "$(ls -d /usr/lib/x86_64-linux-gnu)/perl5/$(perl -e 'printf \"%vd\", $^V' | cut -d. -f1,2)";

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
  module(stdlib, "apt_pkg.py", /^\/usr\/lib\/python3[.]\d+\/apt_pkg[.]py$/),
  module(stdlib, "this/__init__.pyc", /^\/usr\/lib\/python3[.]\d+\/this\/__init__[.]pyc$/),
  module(stdlib, "usercustomize.py", /^\/usr\/lib\/python3[.]\d+\/usercustomize[.]py$/),
  module("/usr/lib/python3/dist-packages", "apt/cache.abi3.so", /\/dist-packages\/apt\/cache[.]abi3[.]so$/),
  module("/usr/bin", "this.py", /^\/usr\/bin\/this[.]py$/),
  startup("/usr/bin/pyvenv.cfg", "#"),
  module(perl, "Debconf/Log.pm", /^\/usr\/lib\/.*\/perl5\/5[.]\d+\/Debconf\/Log[.]pm$/),
  module("/usr/share/perl5", "Debconf/Log.pmc", /^\/usr\/share\/perl5\/Debconf\/Log[.]pmc$/),
  startup("/root/.ssh/config", 'Host x\n  "proxycommand" = none;/opt/x %h', {
    "/etc/ssh/ssh_config.d/not-root.conf": 'ProxyCommand none\nPKCS11Provider "none"\nHost exec',
  }),
  startup("/etc/ssh/ssh_config.d/x.conf", 'Match host x !exec "/opt/x"'),
  startup("/etc/ssh/ssh_config.d/y.conf", "Include /etc/ssh/ssh_config.d/*.conf /opt/x"),
  ledTo("proxied", {
    "/etc/ssh/ssh_config.d/z.conf": "PKCS11Provider RUN\nUserKnownHostsFile /opt/led/not-root",
  }),
  ...["/etc/polkit-1/rules.d", "/run/polkit-1/rules.d", "/usr/local/share/polkit-1/rules.d"].map((folder) =>
    startup(`${folder}/x.rules`, "polkit.addRule(() => polkit.Result.YES);"),
  ),
  startup("/usr/share/polkit-1/rules.d/.x.rules", "polkit.addRule(() => polkit.Result.YES);"),
  ...["/etc", "/run", "/usr/local/share", "/usr/share"].map((folder) =>
    startup(`${folder}/polkit-1/actions/x.policy`, "<policyconfig/>"),
  ),
  startup("/etc/polkit-1/localauthority/50-local.d/x.pkla", "[x]"),
  startup("/var/lib/polkit-1/localauthority/10-vendor.d/x.pkla", "[x]"),
  startup("/etc/logrotate.d/.x", "postrotate"),
  startup("/etc/default/grub", 'GRUB_CMDLINE_LINUX="$X ${Y:-$(/opt/x)}"'),
  startup("/etc/initramfs-tools/conf.d/x", "X=1 /opt/x", {
    "/etc/initramfs-tools/conf.d/not-root": `# /opt/x\nRESUME="UUID=1" # none\n\nexport X=$Y"\${Z}"`,
    "/etc/initramfs-tools/not-root.conf":
      "X=`lsb_release -i -s 2> /dev/null || echo Debian`\nX=`( . /etc/os-release && echo ${NAME} )`",
  }),
  startup(
    "/etc/crypttab",
    "a /dev/a none luks,keyscript=decrypt_keyctl\nb /dev/b none luks,keyscript=/opt/k",
  ),
  [
    "changed-files",
    "/var/lib/dpkg/info/gone.postinst",
    ": >/var/lib/dpkg/info/gone.postinst",
    "rm /var/lib/dpkg/info/gone.postinst",
  ],
];
