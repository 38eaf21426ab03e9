/** What ran before a restart of the engine and runs again: under its id, made anew under its name, or as a swarm's new task. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { shells } from "./root.ts";

const sources = ["docker.sh", "docker-after.sh", "docker-stopped.sh"].map((name) =>
  fileURLToPath(new URL(`../../src/kinds/service/${name}`, import.meta.url)),
);

/** Answers from the files `table` (ID NAME IMAGE RUNNING EXIT KIND), `services` and `info`. */
const engine = `
uptime() { UPTIME=100; }
await() { shift; "$@" >/dev/null; }
engine() {
  case $1 in
  ps) awk '$4 == "true" { print $1 }' table ;;
  service) cat services 2>/dev/null ;;
  info) cat info ;;
  inspect)
    local format code wanted found id name image runs exit kind
    format=$5 code=0
    shift 5
    for wanted in "$@"; do
      found=
      while read -r id name image runs exit kind <&5; do
        [ "$wanted" = "$id" ] || [ "$wanted" = "$name" ] || continue
        found=1
        case $format in
        '{{.Id}}'*) echo "$id /$name $image${"$"}{kind:+ $kind}" ;;
        *ExitCode*) echo "$runs $exit" ;;
        *Image*) echo "$runs $image" ;;
        esac
      done 5<table
      [ -n "$found" ] || code=1
    done
    return $code
    ;;
  esac
}
`;

describe.each(shells)("containers over a restart of the engine in %s", (...words) => {
  const [program = "", ...args] = words.flat();
  let folder: string;
  const write = (name: string, ...lines: readonly string[]) =>
    writeFileSync(join(folder, name), lines.map((line) => `${line}\n`).join(""));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "harden-engine-"));
    write("table");
    write("info", "inactive false");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = (script: string) => {
    const { stdout, stderr } = spawnSync(
      program,
      [...args, "-c", `R=; ${sources.map((source) => `. '${source}'\n`).join("")}${engine}\n${script}`],
      { cwd: folder, encoding: "utf8" },
    );
    expect(stderr).toBe("");
    return stdout;
  };
  /** Of these, which ready_docker fails for. */
  const lost = (...containers: readonly string[]) =>
    run(`ALIVE= CONTAINERS='${containers.join("\n")}'\nready_docker`);
  const before = ["a1 web img task", "a2 web img task", "b1 once img"];
  const one = ["c1 web.1.x img true 0 task", "b1 once img true 0"];

  it("are there again when the swarm runs as many new tasks of a service", () => {
    write("table", ...one, "c2 web.2.y img true 0 task", "a1 web.1.z img false 137 task");
    expect(lost(...before)).toBe("");
  });

  it("are lost when the swarm runs fewer, or when another one no longer runs", () => {
    write(
      "table",
      "c1 web.1.x img true 0 task",
      "a2 web.2.z img false 0 task",
      "c3 web-2.1.x img true 0 task",
    );
    expect(lost(...before)).toBe(
      "ran before, and no longer: once, web (1 of 2 containers of this swarm service within 20 s)",
    );
  });

  it.each([
    ["wants more of them", "web 1/2", true],
    ["has fewer to run", "web 1/1", false],
    ["limits them to one a node", "web 2/2 (max 1 per node)", false],
    ["has finished the job", "web 0/1 (1/1 completed)", false],
    ["has not finished the job", "web 0/1 (0/1 completed)", true],
    ["no longer has the service", "web-2 0/1", false],
  ])("are lost or not as a manager answers when its swarm %s", (_, services, isLost) => {
    write("table", ...one);
    write("services", services);
    expect(lost(...before)).toMatch(isLost ? /longer: web \(1 of 2/ : /^$/);
  });

  it("are a manager's to judge when a worker runs fewer", () => {
    write("table", ...one);
    write("info", "active false");
    expect(lost(...before)).toBe("");
    write("info", "active true");
    expect(lost(...before)).toContain("web (1 of 2");
  });

  it.each([
    ["runs under that name from the same image", "n1 once img true 0", false],
    ["runs under that name from another image", "n1 once other true 0", true],
    ["runs under another name", "n1 twice img true 0", true],
    ["does not run", "n1 once img false 0", true],
    ["does not run, and the first one is still there", "b1 once img false 0", true],
  ])("are lost or not when one that was made anew %s", (_, line, isLost) => {
    write("table", line);
    expect(lost("b1 once img")).toBe(isLost ? "ran before, and no longer: once" : "");
  });

  it("are recorded once for each service, with what it ran first", () => {
    const record = "mkdir -p undo scratch; RUN=. ACTIVE=active\nrecord_docker";
    write("table", "a1 web.1.x img true 0 task", "a2 web.2.x img true 0 task", "b1 once img true 0 --rm");
    run(record);
    write("table", "c1 web.1.y img true 0 task", "c2 api.1.y img true 0 task", "d1 new img true 0");
    run(record);
    expect(readFileSync(join(folder, "undo/containers"), "utf8")).toBe(
      "a1 web img task\na2 web img task\nb1 once img --rm\nc2 api img task\nd1 new img\n",
    );
  });
});
