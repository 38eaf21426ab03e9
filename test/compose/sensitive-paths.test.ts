/** Which paths of the host a container may be given, by the table that the docs show. */
import { describe, expect, it } from "vitest";
import { changed } from "./hardened.ts";
import { failures } from "./world.ts";

const line = "      - ./nginx.conf:/etc/nginx/nginx.conf:ro\n";
const isNamed = async (mount: string) => {
  const found = await failures(changed(line, `${line}      - ${mount}\n`));
  return found.some((each) => each.startsWith("containers.sensitive-mounts nginx"));
};

describe("a mount of a path of the host", () => {
  it.each([
    ...[
      "/home",
      "/home/deploy",
      "/home/deploy/",
      "~",
      "~/",
      "$HOME",
      "$" + "{HOME}/.ssh",
      "/home/deploy/.ssh",
    ],
    ...["/home/deploy/.config", "/home/deploy/.config/gcloud", "~/.netrc", "./keys/.ssh"],
    ...["/run", "/run/containerd", "/var/run/containerd", "/var/run", "/run/podman", "/run/crio", "/run/k3s"],
    ...["/run/user", "/run/user/1000/podman", "/run/dbus/system_bus_socket", "/run/systemd/private"],
    ...["/run/fail2ban", "/var/run/fail2ban/fail2ban.sock", "/run/libvirt/libvirt-sock", "/run/snapd.socket"],
    ...["/var", "/var/lib", "/var/lib/harden", "/var/lib/harden/runs", "/var/lib/docker/volumes"],
    ...["/var/spool", "/var/spool/cron", "/var/spool/cron/crontabs", "/var/spool/at", "/var/backups"],
    ...["/", "/etc/nginx", "/opt", "/srv", "/usr", "/bin", "//etc", "/srv/./../etc"],
  ])("is sensitive, also read only, when it is %s", async (path) => {
    expect(await isNamed(`${path}:/x:ro`)).toBe(true);
    expect(await isNamed(`${path}:/x`)).toBe(true);
  });

  it.each([
    ...["/usr/bin", "/usr/local", "/usr/local/bin", "/usr/share/zoneinfo", "/lib/modules", "/bin/sh"],
    ...["/etc/localtime", "/etc/ssl/certs", "/var/log", "/var/log/journal", "/var/lib/dpkg", "/run/udev"],
    ...["~/.bashrc", "~/.bash_aliases", "/home/deploy/.profile", "/home/deploy/.local", "/home/deploy/bin"],
    ...["/home/deploy/.local/bin/x", "/home/deploy/.config/systemd/user", "~/.vimrc", "/run/tmpfiles.d"],
  ])("is sensitive where it is writable alone, when it is %s", async (path) => {
    expect(await isNamed(`${path}:/x:ro`)).toBe(false);
    expect(await isNamed(`${path}:/x`)).toBe(true);
  });

  it.each([
    ...["/srv/app", "/opt/app/data", "/var/www", "/var/www/html", "/var/log/nginx", "/var/backups/db"],
    ...["/home/deploy/app", "/home/deploy/app/data", "~/app", "~/.n8n", "/home/deploy/.config/app"],
    ...["/home/deploy/.local/share/app", "./data", "../data", "/run/postgresql", "/var/run/mysqld"],
    ...["/var/lib/postgresql", "/data", "/mnt/disk", "/usrlocal", "/etcetera", "/homes/x", "/tmp/x"],
  ])("is an application's own when it is %s", async (path) => {
    expect(await isNamed(`${path}:/x`)).toBe(false);
  });
});
