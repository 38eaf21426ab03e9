// What of this machine each suite and each command needs beside Node, git, apt and Debian's essential packages.

/** A program, or a file by its whole path, and the Debian package that brings it. @typedef {readonly [string, string]} Thing */
/** @typedef {readonly [where: RegExp, things: readonly Thing[]]} Need */

/** @type {Record<string, readonly Thing[]>} */
const things = {
  shells: [
    ["dash", "dash"],
    ["busybox", "busybox-static"],
  ],
  client: [
    ["ssh", "openssh-client"],
    ["ssh-keygen", "openssh-client"],
    ["ssh-agent", "openssh-client"],
    ["ssh-add", "openssh-client"],
  ],
  images: [
    ["mmdebstrap", "mmdebstrap"],
    ["gpg", "gnupg"],
    ["/usr/share/keyrings/debian-archive-keyring.gpg", "debian-archive-keyring"],
    ["ssh-keygen", "openssh-client"],
  ],
  qemu: [
    ["qemu-system-x86_64", "qemu-system-x86"],
    ["qemu-img", "qemu-utils"],
    ["mke2fs", "e2fsprogs"],
  ],
};
const { shells = [], client = [], images = [], qemu = [] } = things;

/** Not needed where an engine answers already. @type {readonly Thing[]} */
export const engine = [
  ["dockerd", "docker.io"],
  ["/usr/bin/docker", "docker-cli"],
  ["iptables", "iptables"],
];

/** The unit and the host suites. @type {readonly Need[]} */
const onThisMachine = [
  [/^test\/controls\/renewal\./, shells],
  [/^test\/host\/./, [...shells, ["kill", "procps"]]],
  [/^test\/host\/(lock|network|steps)\./, [["mount", "mount"]]],
  [/^test\/host\/(network|ssh-servers)\./, [["ip", "iproute2"]]],
  [/^test\/host\/crash\./, [["ps", "procps"]]],
  [
    /^test\/host\/steps\./,
    [
      ["setfattr", "attr"],
      ["setfacl", "acl"],
      ["chattr", "e2fsprogs"],
    ],
  ],
  [/^test\/host\/(collect-modes|walk)\./, [["setfacl", "acl"]]],
  [/^test\/host\/runtime-text\./, [["shellcheck", "shellcheck"]]],
  [/^test\/facts\/probe\./, [["sysctl", "procps"]]],
  [/^test\/features\/ansible\./, [["ansible-inventory", "ansible-core"]]],
  [/^test\/transports\/bootstrap\./, shells],
  [/^test\/run\./, [["ssh-keygen", "openssh-client"]]],
  [
    /^test\/program\/man\./,
    [
      ["man", "man-db"],
      ["groff", "groff-base"],
      ["mandoc", "mandoc"],
    ],
  ],
  [/^test\/(profile\/from-file|transports\/port|host\/service-auth)\./, [["openssl", "openssl"]]],
  [/^test\/host\/listener\./, [["ss", "iproute2"]]],
  [/^test\/transports\/(hostile-host|keys|known-hosts(-oracle)?|ssh-config|unreachable)\./, client],
  [
    /^test\/transports\/real-sshd\./,
    [
      ...client,
      ["sshd", "openssh-server"],
      ["sudo", "sudo"],
      ["fish", "fish"],
      ["tcsh", "tcsh"],
      ["useradd", "passwd"],
      ["nologin", "login"],
    ],
  ],
];

/** The pages, as a browser has them. @type {readonly Need[]} */
const inBrowser = [
  [
    /^test\/html\/./,
    [
      ["chromium", "chromium"],
      ["pdftotext", "poppler-utils"],
    ],
  ],
];

/** What starts test hosts. @type {readonly Need[]} */
const withHosts = [
  [/^(test\/(e2e|vm)\/|test\/setup\/fresh\.|demo\/|bench\/)/, [...images, ...client]],
  [/^(test\/e2e\/|test\/setup\/fresh\.|demo\/|bench\/)/, engine],
  [
    /^test\/e2e\//,
    [
      ["ip", "iproute2"],
      ["mount", "mount"],
      ["nsenter", "util-linux"],
    ],
  ],
  [/^test\/e2e\/logging\./, [["openssl", "openssl"]]],
  [/^test\/e2e\/how-to\./, [["shellcheck", "shellcheck"], ...shells]],
  [
    /^test\/e2e\/completion\./,
    [
      ["bash", "bash"],
      ["zsh", "zsh"],
      ["fish", "fish"],
      ["script", "bsdutils"],
    ],
  ],
  [/^(test\/vm)\//, qemu],
  [
    /^bench\//,
    [
      ["/usr/bin/time", "time"],
      ["ansible-playbook", "ansible-core"],
      // The collections, of which the playbook uses ufw.
      ["/usr/lib/python3/dist-packages/ansible_collections/community/general", "ansible"],
    ],
  ],
];

/** @param {readonly Need[]} needs @param {(thing: Thing) => boolean} [wanted] */
const packagesOf = (needs, wanted = () => true) => {
  const all = needs.flatMap(([, list]) => list).filter(wanted);
  return [...new Set(all.map(([, name]) => name))].sort();
};

/** The packages with which every unit and host suite runs: what the fresh machine of CI can install. */
export const localPackages = packagesOf(onThisMachine);

/** @param {string} path of a suite, or of a command's script */
const needsOf = (path) =>
  [...onThisMachine, ...inBrowser, ...withHosts].filter(([where]) => where.test(path));

/** The packages that are to be installed for them. @param {readonly string[]} paths @param {(thing: string) => boolean} isHere */
export const missingPackages = (paths, isHere) =>
  packagesOf(paths.flatMap(needsOf), ([thing]) => !isHere(thing));

/** Why a suite can't run here: what it needs and this machine lacks; empty where it can. @param {string} path @param {(thing: string) => boolean} isHere */
export function lacks(path, isHere) {
  const missing = needsOf(path).flatMap(([, list]) => list.filter(([thing]) => !isHere(thing)));
  return [...new Set(missing.map(([thing, name]) => `${thing} (Debian package ${name})`))];
}
