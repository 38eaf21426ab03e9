/** A folder that stands for / : the real runtime in a real sh, with a stand-in for systemctl that keeps a list of units. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import type { Preimage } from "../../src/facts/files.ts";
import { type HostEvent, parseEvent } from "../../src/host/events.ts";
import { runtimeText } from "../../src/host/runtime.ts";
import type { BatchOptions, Run, ScriptWork } from "../../src/host/script.ts";
import { HostOnly } from "../../src/host-only.ts";
import type { Step } from "../../src/kinds/index.ts";
import { sampleRows } from "../setup/sample.ts";

/** A busybox sh prefers its own programs to those that stand in for a package's. */
export const shellsByPath = [["dash"], ["bash", "--posix"]];

/** What a host's sh may be. */
export const shells = sampleRows(
  "shells of the host suites",
  [...shellsByPath, ["busybox", "sh"]],
  1,
  String,
);

export const runtime = runtimeText;

const systemctl = String.raw`#!/bin/sh
# units/NAME holds LOADED ENABLED ACTIVE; harden's own units are really started.
R=$(dirname "$(dirname "$0")")
echo "$*" >>"$R/log"
words=
options=$*
for word in "$@"; do case $word in -*) ;; *) words="$words $word" ;; esac; done
set -- $words
verb=$1
# The verbs that get no answer.
while grep -q -s -x -e all -e "$verb" "$R/silent"; do sleep 0.1; done
case $verb in
show) for unit in "$@"; do :; done ;;
list-jobs)
  [ ! -e "$R/units/$2.hangs" ] || echo "1 $2 reload $(cat "$R/units/$2.hangs")"
  exit
  ;;
*) unit=${"$"}{2-} ;;
esac
start() {
  file=$1
  command=$(sed -n 's|^ExecStart=/bin/sh ||p' "$file")
  # A service inherits nothing of whoever asked for it, least of all a lock.
  setsid $(cat "$R/shell") $command </dev/null >/dev/null 2>>"$R/stderr" 5<&- 6>&- 7>&- 8>&- 9>&- &
  echo $! >"$R/pids/$unit"
}
case $verb:$unit in
start:harden-apply-*) start "$R/run/systemd/system/$unit" ;;
start:harden-deadman-*) [ -e "$R/no-deadman" ] || start "$R/etc/systemd/system/$unit" ;;
stop:harden-*) [ ! -e "$R/pids/$unit" ] || kill $(cat "$R/pids/$unit") 2>/dev/null ;;
show:harden-*) echo "$(cat "$R/drop-ins" 2>/dev/null)" ;;
is-active:harden-*) [ ! -e "$R/deadman-fails" ] ;;
daemon-reload:*) ;;
*)
  [ -e "$R/units/$unit" ] || { [ $verb != show ] || echo LoadState=not-found; exit 5; }
  read -r loaded enabled active <"$R/units/$unit"
  case $verb:$options in
  show:*"-p After "*) cat "$R/units/$unit.after" 2>/dev/null || echo "sysinit.target basic.target"; exit ;;
  esac
  case $verb in
  show) printf 'LoadState=%s\nUnitFileState=%s\nActiveState=%s\n' "$loaded" "$enabled" "$active" ;;
  enable | disable) echo "$loaded ${"$"}{verb}d $active" >"$R/units/$unit" ;;
  start) echo "$loaded $enabled active" >"$R/units/$unit" ;;
  stop) echo "$loaded $enabled inactive" >"$R/units/$unit" ;;
  reload | restart)
    case $options in *--no-block*) ;; *) while [ -e "$R/units/$unit.hangs" ]; do sleep 0.2; done ;; esac
    [ ! -e "$R/units/$unit.fails" ]
    ;;
  esac
  ;;
esac
`;

/** Takes every configuration: whether this machine has an sshd, and what its /etc/ssh says, is not asked. */
const sshd = "#!/bin/sh\n";

export interface Sent {
  readonly events: HostEvent[];
  readonly outcome: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export class Root {
  readonly path = mkdtempSync(join(tmpdir(), "harden-root-"));

  constructor(readonly shell: readonly string[] = ["dash"]) {
    for (const folder of [
      "etc/systemd/system",
      "var/lib",
      "run/systemd/system",
      "run/sshd",
      "bin",
      "units",
      "pids",
    ]) {
      mkdirSync(join(this.path, folder), { recursive: true });
    }
    this.write("proc/sys/kernel/random/boot_id", "11111111-1111\n");
    this.mounts();
    this.write("shell", `${shell.join(" ")}\n`);
    this.program("systemctl", systemctl);
    this.program("sshd", sshd);
  }

  at(path: string): string {
    return join(this.path, path);
  }

  write(path: string, content: string | Buffer, mode = 0o644): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), content);
    chmodSync(this.at(path), mode);
  }

  read(path: string): string {
    return readFileSync(this.at(path), "utf8");
  }

  exists(path: string): boolean {
    return existsSync(this.at(path));
  }

  program(name: string, text: string): void {
    this.write(`bin/${name}`, text, 0o755);
  }

  /** The mount table: the root on a disk, and lines behind it. */
  mounts(...lines: readonly string[]): void {
    const disk = "20 1 254:0 / / rw,relatime - ext4 /dev/vda rw";
    this.write("proc/self/mountinfo", `${[disk, ...lines].join("\n")}\n`);
  }

  /** Runs a text as the transport does: in one function, stdin from /dev/null. */
  start(text: string): ChildProcess & { readonly done: Promise<Sent> } {
    const [program, ...args] = this.shell as [string, ...string[]];
    // From a file: of a pipe the rest would stay unwritten while a test blocks this process.
    const sent = `${this.path}.sent`;
    writeFileSync(sent, `transport() {\n${text}\n}\ntransport </dev/null\n`);
    const stdin = openSync(sent, "r");
    rmSync(sent);
    // A process group of its own, so that a test can kill all of it.
    const child = spawn(program, args, { stdio: [stdin, "pipe", "pipe"], detached: true });
    closeSync(stdin);
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (data) => (stdout += data));
    child.stderr?.setEncoding("utf8").on("data", (data) => (stderr += data));
    const done = new Promise<Sent>((resolve) => {
      child.on("close", () => {
        const events = stdout.split("\n").flatMap((line) => parseEvent(line) ?? []);
        const end = events.find((event) => event.event === "end");
        resolve({ events, outcome: end?.event === "end" ? end.outcome : undefined, stdout, stderr });
      });
    });
    return Object.assign(child, { done });
  }

  send(text: string): Promise<Sent> {
    return this.start(text).done;
  }

  /** A verb of a run's stored runtime, as a unit would start it. */
  stored(id: string, verb: string): Promise<Sent> {
    const file = this.at(`var/lib/harden/runs/${id}/runtime.sh`);
    return this.send(`${this.shell.join(" ")} '${file}' ${verb} ${id}`);
  }

  options(more: Partial<BatchOptions> = {}): BatchOptions {
    return { runtime, root: this.path, ...more };
  }

  /** What a plan would say of a file as it is now. */
  before(path: string): Preimage {
    if (!this.exists(path)) return { state: "absent" };
    const stat = statSync(this.at(path));
    const sha256 = createHash("sha256")
      .update(readFileSync(this.at(path)))
      .digest("hex");
    return {
      state: "file",
      sha256: new HostOnly(sha256),
      mode: (stat.mode & 0o7777).toString(8).padStart(4, "0"),
      ...me,
    };
  }

  /** What a plan would say of the mode of a file or a folder. */
  modes(path: string) {
    return { mode: (statSync(this.at(path)).mode & 0o7777).toString(8).padStart(4, "0"), ...me };
  }

  file(path: string, content: string, mode = "0644"): Extract<Step, { verb: "file" }> {
    const whole = new HostOnly(Buffer.from(content));
    return { verb: "file", path: this.at(path), content: whole, mode, ...me, before: this.before(path) };
  }

  /** Everything below the root that is not the test's own machinery: path, mode, content. */
  listing(): string[] {
    const lines: string[] = [];
    const walk = (folder: string) => {
      for (const entry of readdirSync(this.at(folder), { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (/^(bin|pids|log|stderr|shell|no-deadman|deadman-fails|calls)$/.test(path)) continue;
        if (path === "var/lib/harden") continue;
        if (entry.isDirectory()) {
          lines.push(`${path}/`);
          walk(path);
        } else {
          const stat = statSync(this.at(path));
          const mode = (stat.mode & 0o7777).toString(8);
          // Whoever reads a pipe waits for its writer.
          if (!stat.isFile()) {
            lines.push(`${path} ${mode} no file`);
            continue;
          }
          lines.push(
            `${path} ${mode} ${createHash("sha256")
              .update(readFileSync(this.at(path)))
              .digest("hex")}`,
          );
        }
      }
    };
    walk(".");
    return lines.sort();
  }

  events(id: string): HostEvent[] {
    return this.read(`var/lib/harden/runs/${id}/events`)
      .split("\n")
      .flatMap((line) => parseEvent(line) ?? []);
  }

  remove(): void {
    for (const pid of this.processes()) spawnSync("kill", ["-9", "--", `-${pid}`, pid]);
    // What was killed may be writing still, and what it had started at that moment.
    for (let left = 20; left > 0 && this.processes().length > 0; left--)
      for (const pid of this.processes()) spawnSync("kill", ["-9", pid]);
    rmSync(this.path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  /** The processes that run a program of this root, by their command lines, or have one of its files open. */
  private processes(): readonly string[] {
    const opens = (pid: string) =>
      readdirSync(`/proc/${pid}/fd`).some((fd) =>
        readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith(this.path),
      );
    return readdirSync("/proc").filter((pid) => {
      if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(this.path) || opens(pid);
      } catch {
        return false;
      }
    });
  }
}

const { username } = userInfo();
const group = spawnSync("id", ["-gn"], { encoding: "utf8" }).stdout.trim();
export const me = { owner: username, group };

export function run(id: string, more: Partial<Run> = {}): Run {
  return {
    id,
    who: "tester@controller",
    target: "test",
    profile: { name: "test", digest: "0".repeat(64) },
    tool: "0.1.0",
    confirmTimeoutSeconds: 60,
    applyTimeoutSeconds: 60,
    ...more,
  };
}

export function work(...steps: Step[]): ScriptWork[] {
  return steps.map((step, index) => ({
    address: `test/${step.verb}:${index + 1}`,
    stage: step.verb === "audit-lock" ? "finalize" : "files",
    steps: [step],
  }));
}
