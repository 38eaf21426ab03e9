/** TCP of containerd, by what `containerd config dump` says of each version of its configuration. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { shells } from "./root.ts";

const collector = fileURLToPath(new URL("../../src/host/collect/docker.sh", import.meta.url));

describe.each(shells)("TCP of containerd in %s", (...words) => {
  const [program = "", ...args] = words.flat();
  const told = (dump: string, more = "") => {
    const script = `. '${collector}'
have() { :; }
systemctl() { echo 'ExecStart={ path=/usr/bin/containerd ; argv[]=/usr/bin/containerd ; }'; }
collect_changed_since() { :; }
timeout() { printf '%s' "$DUMP"; }
containerd_pid=0
${more}
containerd_tcp`;
    const { stdout, stderr } = spawnSync(program, [...args, "-c", script], {
      encoding: "utf8",
      env: { ...process.env, DUMP: dump },
    });
    expect(stderr).toBe("");
    return stdout;
  };
  const plugin = "[plugins.'io.containerd.server.v1.grpc-tcp']";

  it("is told of the section grpc, with its certificates", () => {
    const own = '[grpc]\n  address = "/run/c.sock"\n  tcp_address = ":1"\n';
    expect(told(own)).toBe("open :1\n");
    expect(told(`${own}  tcp_tls_ca = "/a"\n  tcp_tls_cert = "/c"\n`)).toBe("verified :1\n");
    expect(told(`disable_tcp_service = true\n${own}`)).toBe("");
  });

  it("is told of the plugin that has it from version 4 on", () => {
    const own = `version = 4\n[plugins]\n  ${plugin}\n    address = "10.0.0.1:1"\n    tls_cert = "/c"\n`;
    expect(told(own)).toBe("open 10.0.0.1:1\n");
    expect(told(`${own}    tls_ca = "/a"\n`)).toBe("verified 10.0.0.1:1\n");
    expect(told(own.replaceAll("'", '"'))).toBe("open 10.0.0.1:1\n");
    expect(told(own.replace("10.0.0.1:1", ""))).toBe("");
    expect(told(own.replace("grpc-tcp", "metrics"))).toBe("");
  });

  it("is told once where it listens and two of its files were changed since", () => {
    const more = `systemctl() { printf 'ExecStart={ argv[]=/usr/bin/containerd %s ; }\\n' '-c /a' '-c /b'; }
collect_changed_since() { echo changed; }
containerd_stale() { echo 'stale 127.0.0.1:1'; }`;
    expect(told("", more)).toBe("stale 127.0.0.1:1\n");
  });

  it("names what a file imports, by its folder where a path is relative", () => {
    const folder = mkdtempSync(join(tmpdir(), "harden-containerd-"));
    writeFileSync(join(folder, "c.toml"), ` imports = ["/opt/x.toml", 'more/*.toml'] # two\nroot = "/r"\n`);
    const more = `containerd_imports '${folder}/c.toml'; containerd_imports '${folder}/gone'; exit`;
    expect(told("", more)).toBe(`/opt/x.toml\n${folder}/more/*.toml\n`);
    rmSync(folder, { recursive: true });
  });
});
