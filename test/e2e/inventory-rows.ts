/** What is planted on a host: where accounts and numbers come from beside the usual files, and what others than root can write to and root starts, by all ways that lead from the one to the other. */

/** How it comes, and how it goes. */
export type Row = readonly [kind: string, name: string | RegExp, plant: string, takeAway: string];

/** As setfacl(1) does, which no host has by itself: path, tag and number of whom the list lets write. */
export const acl = `my ($path, $tag, $id) = @ARGV; my $none = 0xffffffff;
  my $list = pack "V(vvV)*", 2, 1, 7, $none, $tag == 2 ? ($tag, 7, $id) : (), 4, 5, $none, $tag == 8 ? ($tag, 7, $id) : (), 16, 7, $none, 32, 5, $none;
  my $name = "system.posix_acl_access\\0"; $path .= "\\0"; syscall(188, $path, $name, $list, length $list, 0) == 0 or die $!`;

const kind = "writable-programs";
const units = "/etc/systemd/system";

/** A program of op's, and files of root's that lead to it: paths with their texts, RUN being the program. */
export function ledTo(name: string, files: Readonly<Record<string, string>>, more = "true"): Row {
  const folder = `/opt/led/${name}`;
  const run = `${folder}/run`;
  const paths = Object.keys(files);
  const made = paths.map(
    (path) =>
      `mkdir -p $(dirname ${path}); cat >${path} <<'ROW'\n${files[path]!.replaceAll("RUN", run)}\nROW`,
  );
  const plant = `mkdir -p ${folder}; echo true >${run}; chmod 755 ${run}; chown op ${run}\n${made.join("\n")}\n${more}`;
  return [kind, run, plant, `rm -rf ${[folder, ...paths].join(" ")}`];
}

const unit = (name: string, text: string) =>
  ledTo(name, { [`${units}/${name}.service`]: `[Service]\n${text}` });

const socket = "/run/systemd/userdb/io.systemd.Machine";

export const peopleRows: readonly Row[] = [
  [
    "root-accounts",
    `directory ${socket}`,
    `perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => "${socket}", Listen => 1) or die'`,
    `rm ${socket}`,
  ],
  [
    "root-groups",
    "directory db",
    "sed -i 's/^group:.*/& db/' /etc/nsswitch.conf",
    "sed -i '/^group:/s/ db$//' /etc/nsswitch.conf",
  ],
  [
    "subordinate-ids",
    "/etc/subuid op:0:65536",
    "printf 'root:1001:1\\nop:1001:1\\nop:0:65536\\n' >>/etc/subuid",
    "sed -i '/:1001:1$/d; /^op:0:/d' /etc/subuid",
  ],
  [
    "subordinate-ids",
    "/etc/subgid 1001: 0x1b:1",
    "echo '1001: 0x1b:1' >>/etc/subgid",
    "sed -i '/0x1b/d' /etc/subgid",
  ],
  [
    "subordinate-ids",
    "directory sss",
    "echo 'subid: sss' >>/etc/nsswitch.conf",
    "sed -i '/^subid/d' /etc/nsswitch.conf",
  ],
];

export const writableRows: readonly Row[] = [
  unit("joined", "ExecStart=/usr/bin/env \\\n  MODE=production \\\n# as it was\n  RUN"),
  unit("spaced", "ExecStart = RUN"),
  unit("reset", "User=op\nUser=\nExecStart=RUN"),
  ledTo("dropped", {
    [`${units}/dropped.service`]: "[Service]\nUser=op\nExecStart=RUN",
    [`${units}/dropped.service.d/user.conf`]: "[Service]\nUser=root",
  }),
  ledTo("copied", {
    "/usr/lib/systemd/system/copied.service": "[Service]\nUser=op\nExecStart=RUN",
    [`${units}/copied.service`]: "[Service]\nExecStart=RUN",
  }),
  ledTo("redropped", {
    "/usr/lib/systemd/system/redropped.service": "[Service]\nExecStart=RUN",
    "/usr/lib/systemd/system/redropped.service.d/user.conf": "[Service]\nUser=op",
    [`${units}/redropped.service.d/user.conf`]: "[Service]\nUser=",
  }),
  unit("valued", 'Environment=A=/opt/led "D=/opt/led/valued"\nExecStart=/bin/sh -c "exec \x24{D}/run"'),
  // In a folder of its own: the pattern is of no other row.
  ledTo("any/of", { [`${units}/any@.service`]: "[Service]\nExecStart=/opt/led/%p/of/run" }),
  [
    kind,
    "/opt/its-root",
    `mkdir /opt/its-root; chown op /opt/its-root
    printf '[Service]\\nRootDirectory=/opt/its-root\\nExecStart=/bin/true\\n' >${units}/rooted.service`,
    `rm -r /opt/its-root ${units}/rooted.service`,
  ],
  ledTo("variable", { "/etc/cron.d/variable": "APP=/opt/led/variable\n5 4 * * * root $APP/run" }),
  ledTo("shell", { "/etc/cron.d/shell": "SHELL=RUN" }),
  [
    kind,
    "/opt/led/make/Makefile",
    "mkdir -p /opt/led/make /etc/cron.d; : >/opt/led/make/Makefile; chown op /opt/led/make/Makefile; echo '@daily root make -C /opt/led/make all' >/etc/cron.d/make",
    "rm -r /opt/led/make /etc/cron.d/make",
  ],
  ledTo("rotated", { "/etc/logrotate.d/rotated": "/var/log/x {\n  postrotate\n    RUN\n  endscript\n}" }),
  ledTo("boot", { "/etc/rc.local": "#!/bin/sh\nRUN" }),
  ledTo("updated", { "/etc/apt/apt.conf.d/70updated": 'APT::Update::Post-Invoke {"RUN";};' }),
  ledTo(
    "supervised",
    {
      "/etc/supervisor/conf.d/led.conf":
        "[program:a]\nuser=op\ncommand=/opt/led/supervised/not-root\n[program:b]\ncommand=RUN",
    },
    "echo true >/opt/led/supervised/not-root; chown op /opt/led/supervised/not-root",
  ),
  ledTo("up", { "/etc/network/interfaces.d/up": "iface x inet manual\n  post-up RUN" }),
  ledTo("linked", {}, "ln -sfn /opt/led/linked/run /usr/local/bin/linked"),
  ledTo(
    "configured",
    {},
    "mkdir -p /etc/sysctl.d; ln -sfn ../../opt/led/configured/run /etc/sysctl.d/configured.conf",
  ),
  [
    kind,
    "/tmp/settings",
    "ln -s /tmp/settings /etc/apt/apt.conf.d/70later",
    "rm /etc/apt/apt.conf.d/70later /usr/local/bin/linked /etc/sysctl.d/configured.conf",
  ],
  [
    kind,
    "/opt/led-path",
    "mkdir /opt/led-path; chown op /opt/led-path; echo 'PATH=/opt/led-path:$PATH' >/etc/profile.d/led.sh",
    "rm -r /opt/led-path /etc/profile.d/led.sh",
  ],
  [
    kind,
    "/etc/sudoers.d/listed",
    `: >/etc/sudoers.d/listed; chmod 440 /etc/sudoers.d/listed; perl -e '${acl}' /etc/sudoers.d/listed 2 $(id -u op)`,
    "rm /etc/sudoers.d/listed",
  ],
  [kind, "/usr/local/bin", "chmod 1777 /usr/local/bin", "chmod 755 /usr/local/bin"],
  [
    kind,
    "/usr/local/games/mounted",
    "mount -t tmpfs -o mode=755 none /usr/local/games; echo true >/usr/local/games/mounted; chown op /usr/local/games/mounted",
    "umount /usr/local/games",
  ],
];

/** A line of root's configuration that names a file of op's; others' lines of the file stay. */
function namedIn(name: string, file: string, line: string): Row {
  const path = `/opt/named/${name}`;
  const isNew = `/opt/named/${name}.new`;
  const plant = `mkdir -p /opt/named $(dirname ${file}); : >${path}; chown op ${path}
    [ -e ${file} ] || : >${isNew}; printf '%s\\n' '${line.replaceAll("PATH", path).replaceAll("\n", `' '`)}' >>${file}`;
  const takeAway = `if [ -e ${isNew} ]; then rm ${file} ${isNew}; else sed -i '\\|/opt/named/|d' ${file}; fi`;
  return ["configured-paths", `${file} ${path}`, plant, takeAway];
}

/** Named by a line that another row plants. */
const also = (kind: string, name: string): Row => [kind, name, "true", "true"];

const twist = "ALL: 192.0.2.1: twist /bin/bash -c /opt/named/x";

export const configuredRows: readonly Row[] = [
  namedIn("spawn", "/etc/hosts.allow", `ALL: 192.0.2.1: spawn PATH %a\n${twist}`),
  also("startup-files", "/etc/hosts.allow"),
  also("empty-passwords", `/etc/hosts.allow ${twist}`),
  namedIn("apt", "/etc/apt/apt.conf.d/98named", '#include "PATH";'),
  namedIn("pam", "/etc/pam.d/sudo", "@include PATH"),
  namedIn("pam-env", "/etc/pam.d/sshd", "session optional pam_env.so envfile=PATH"),
  namedIn("rsyslog", "/etc/rsyslog.d/named.conf", "\x24IncludeConfig PATH"),
  namedIn("rsyslog-new", "/etc/rsyslog.d/newer.conf", 'include(file="PATH")'),
  namedIn("jail", "/etc/fail2ban/jail.d/named.conf", "[INCLUDES]\nbefore = PATH"),
  namedIn(
    "environment",
    "/etc/environment",
    'PROMPT_COMMAND=PATH\nLESSOPEN="|/opt/named/x %s"\nPAGER=/opt/named/x',
  ),
  ...["PROMPT_COMMAND=/opt/named/environment", 'LESSOPEN="|/opt/named/x'].map((text) =>
    also("preload", `/etc/environment ${text}`),
  ),
  namedIn("sshd", "/etc/ssh/sshd_config.d/named.conf", "SetEnv PAGER=PATH"),
  namedIn("source", "/etc/apt/sources.list.d/named.list", "deb file:PATH ./"),
  namedIn("login", "/etc/login.defs", "FAKE_SHELL PATH"),
  namedIn("image", "/etc/fstab", "PATH /mnt ext4 noauto,loop 0 0"),
  [
    "configured-paths",
    "/etc/named.conf /opt/named-link/x",
    "mkdir -p /opt/named-of; chown op /opt/named-of; ln -s /etc /opt/named-of/etc; ln -s /opt/named-of/etc /opt/named-link; echo x=/opt/named-link/x >/etc/named.conf",
    "rm -r /etc/named.conf /opt/named-link /opt/named-of",
  ],
];

/** What an application of op's has a web server hand out, and a service has of its own. */
export const handedOut = `mkdir -p /srv/op/public /var/lib/made /etc/nginx/sites-enabled /etc/php/8/fpm/pool.d /etc/mysql /etc/logrotate.d
  chown -R op /srv/op; useradd -r made; chown made /var/lib/made; cp -a /etc/fstab /opt/kept-fstab
  printf 'root /srv/op/public;\nlocation /a { alias /srv/op/a; }\naccess_log /srv/op/log;\nserver unix:/srv/op/a;\n' >/etc/nginx/sites-enabled/op
  printf '[op]\nuser = op\nchdir = /srv/op\n' >/etc/php/8/fpm/pool.d/op.conf
  printf '[mysqld]\ndatadir = /var/lib/made\ntmpdir = /tmp\n' >/etc/mysql/my.cnf
  printf '/srv/op/log {\n  weekly\n}\n' >/etc/logrotate.d/op
  echo '/dev/sdz1 /srv/op ext4 noauto 0 0' >>/etc/fstab`;

export const notHandedOut = `rm -r /srv/op /var/lib/made /etc/nginx /etc/php /etc/mysql /etc/logrotate.d/op; mv /opt/kept-fstab /etc/fstab; userdel made`;
