/** The bootstrap in every sh that /bin/sh may be. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { bootstrapArgv, bootstrapCommand, createNonce, frameScript } from "../../src/transports/bootstrap.ts";
import { shells } from "../host/root.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 }); // for a busy machine; nothing waits for it

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-bootstrap-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("no character that sh, fish or csh read differently inside single quotes", () => {
  for (const word of bootstrapArgv(createNonce(), true)) expect(word).not.toMatch(/['!\n\r]|\\\\|\\$/);
  expect(bootstrapCommand(createNonce(), true)).toMatch(/^exec '\/bin\/sh' '-c' '/);
});

test("nonces differ and are 128 bits", () => {
  expect(createNonce()).toMatch(/^[0-9a-f]{32}$/);
  expect(createNonce()).not.toBe(createNonce());
});

describe.each(shells)("the stage under %s", (...shell) => {
  /** Runs the stage alone, as the bootstrap's sudo would, with `input` on stdin. */
  async function stage(
    input: (nonce: string) => Buffer | string | Promise<Buffer>,
    edit = (text: string) => text,
  ) {
    const nonce = createNonce();
    const text = edit(bootstrapArgv(nonce, false)[4]!);
    const [command, ...args] = shell as string[];
    const argv = [...args, "-c", text, "harden", nonce, "root", "1.2.3.4 5 6.7.8.9 22"];
    const ran = spawnSync(command as string, argv, { input: await input(nonce), encoding: "utf8" });
    expect(ran.error).toBeUndefined();
    return { nonce, ...ran };
  }

  test("frames both streams and passes the exit status on its own line", async () => {
    const ran = await stage((nonce) => frameScript("echo out; echo err >&2; exit 7", nonce));
    expect(ran.stdout).toBe(`${ran.nonce} ready root 1.2.3.4 5 6.7.8.9 22\nout\n${ran.nonce} end 7\n`);
    expect(ran.stderr).toBe(`${ran.nonce} ready\nerr\n${ran.nonce} end 7\n`);
    expect(ran.status).toBe(0);
  });

  test("the last command's status is the script's, and output without a newline stays so", async () => {
    const ran = await stage((nonce) => frameScript("printf x; false", nonce));
    expect(ran.stdout).toContain(`\nx${ran.nonce} end 1\n`);
  });

  test("a script that is cut off anywhere does not start", async () => {
    const mark = join(folder, "started");
    const library = `started() {\n  touch ${mark}\n}`;
    const frame = (nonce: string) => frameScript("started", nonce, library);
    const { length } = await frame(createNonce());
    // Another nonce may make it longer by a byte or two.
    for (let missing = 1; missing <= length; missing++) {
      await stage(async (own) => (await frame(own)).subarray(0, -missing));
      expect(existsSync(mark), `${missing} bytes less`).toBe(false);
    }
    await stage(frame);
    expect(existsSync(mark)).toBe(true);
    rmSync(mark);
  });

  test("the tail of another script does not start", async () => {
    const ran = await stage((nonce) => {
      const tail = gzipSync(`echo started\n# ${nonce} whole`);
      return Buffer.concat([Buffer.from(`${tail.length}\n`), tail]);
    });
    expect(ran.stdout).not.toContain("started");
  });

  test("a command that reads stdin gets nothing and does not wait", async () => {
    const ran = await stage(async (nonce) =>
      Buffer.concat([await frameScript("cat; read line; echo after", nonce), Buffer.from("\nmore\n")]),
    );
    expect(ran.stdout).toContain(" 22\nafter\n");
  });

  test("a syntax error is an exit status, and nothing before it ran", async () => {
    const ran = await stage((nonce) => frameScript("echo started\nif; then", nonce));
    expect(ran.stdout).toMatch(new RegExp(`ready [^\\n]*\\n${ran.nonce} end [1-9]`));
  });

  test("quotes, here documents, and 1 MB arrive as they are", async () => {
    const data = join(folder, "data");
    const line = `'"$x\\ \`id\` %s !! ${"y".repeat(80)}\n`;
    const text = line.repeat(Math.ceil(1024 ** 2 / line.length));
    await stage((nonce) => frameScript(`cat > ${data} <<'EOT'\n${text}EOT`, nonce));
    expect(readFileSync(data, "utf8") === text).toBe(true);
  });

  // busybox has one built in.
  if (shell[0] !== "busybox")
    test("a host that can't unpack it says so before it is ready", async () => {
      const without = (text: string) => text.replace(/PATH=[^;]*/, "PATH=/nowhere");
      // It doesn't wait for a script either.
      const ran = await stage(() => "", without);
      expect(ran).toMatchObject({ status: 5, stdout: "", stderr: "gzip is missing\n" });
    });

  test("a sudo that lets its shell start no program says so before it is ready", async () => {
    const without = (text: string) => text.replace("/bin/true", "/nowhere").replace("in sudo)", "in root)");
    const ran = await stage(() => "", without);
    expect(ran).toMatchObject({ status: 5, stdout: "" });
    expect(ran.stderr).toContain("(noexec)\n");
  });

  test("root's surroundings: /, sbin on PATH, C locale, no arguments", async () => {
    writeFileSync(join(folder, "empty"), "");
    const ran = await stage((nonce) => frameScript('pwd; echo "$PATH"; echo "$LC_ALL"; echo "$#"', nonce));
    expect(ran.stdout).toContain("\n/\n/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nC\n0\n");
  });
});

describe.skipIf(process.getuid?.() !== 0)("the way to root", () => {
  /** Runs the whole bootstrap as an unprivileged login, with only `commands` on its PATH. */
  async function bootstrap(commands: Readonly<Record<string, string>>, canAnswer: boolean) {
    const nonce = createNonce();
    const bin = mkdtempSync(join(folder, "bin-"));
    chmodSync(folder, 0o755);
    chmodSync(bin, 0o755);
    const id = "#!/bin/sh\necho 65534\n";
    for (const [name, text] of Object.entries({ id, ...commands })) {
      writeFileSync(join(bin, name), text, { mode: 0o755 });
    }
    const [command, ...args] = bootstrapArgv(nonce, canAnswer) as [string, ...string[]];
    const ran = spawnSync(command, args, {
      input: await frameScript("echo ran", nonce),
      encoding: "utf8",
      uid: 65534,
      gid: 65534,
      env: { PATH: bin },
    });
    return { ...ran, nonce };
  }

  test("a host without sudo runs it as the login", async () => {
    for (const canAnswer of [false, true]) {
      const ran = await bootstrap({}, canAnswer);
      expect(ran.stdout).toContain(`${ran.nonce} ready none`);
      expect(ran.stdout).toContain("\nran\n");
      expect(ran.stderr).toMatch(/sudo.*not found/);
    }
  });

  test("a shell that ended under sudo is never started a second time", async () => {
    // What sudo gives on when its command was killed, and when a broken stage ends with a status of its own.
    for (const status of [137, 2, 4]) {
      const ran = await bootstrap({ sudo: `#!/bin/sh\necho SUDO\nexit ${status}\n` }, true);
      expect(ran.stdout).toBe("SUDO\n");
      expect(ran.status).toBe(status);
    }
  });

  test("sudo is asked for a password only when there is one", async () => {
    const sudo = '#!/bin/sh\necho "SUDO $1 $2"\nexit 1\n';
    expect((await bootstrap({ sudo }, true)).stdout).toBe("SUDO -n /bin/sh\nSUDO -S -p\n");
    const ran = await bootstrap({ sudo }, false);
    expect(ran.stdout).toMatch(/^SUDO -n \/bin\/sh\n[0-9a-f]{32} ready none/);
  });
});
