import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { library } from "../../src/host/library.ts";
import { shells } from "./root.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-boot-"));
  mkdirSync(join(folder, "rc.d"));
  for (const name of ["goes", "stays"]) writeFileSync(join(folder, "rc.d", name), "stop sshd\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** `during`: what happens while it reads; `between`: while it waits for quiet. */
function collect(
  [shell = "", ...args]: readonly string[],
  { during, between }: Readonly<Record<"during" | "between", string>>,
) {
  const input = `${library}
    readlink() { ${during}; command readlink "$@"; }
    sleep() { ${between}; }
    stat() { cat ../made; }
    cd ${folder}/rc.d && collect_boot_files sshd nothing '${folder}/rc.d/*' -- '${folder}/none/*'\n`;
  return spawnSync(shell, args, { input, encoding: "utf8" });
}

/** What is told of a boot's files by these names, each with its lines. */
function told([shell = "", ...args]: readonly string[], files: Readonly<Record<string, string>>) {
  rmSync(join(folder, "rc.d"), { recursive: true });
  mkdirSync(join(folder, "rc.d"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, "rc.d", name), text);
  const input = `${library}
    collect_boot_files 'stop|systemctl' nothing '${folder}/rc.d/*' -- '${folder}/none/*'\n`;
  const { stdout } = spawnSync(shell, args, { input, encoding: "utf8" });
  return stdout.replaceAll(`${folder}/rc.d/`, "").trim();
}

describe.each(shells.map((shell) => ({ shell })))("$shell: lines of a boot's files", ({ shell }) => {
  test("go on after a backslash in a file with cron's name as in each other", () => {
    expect(told(shell, { "app-cron": "stop \\\n  sshd\n" })).toBe("file app-cron\n| 1 stop   sshd");
  });

  test("are no part of a comment above them that ends in a backslash", () => {
    expect(told(shell, { a: "true\n# x \\\nstop sshd\nstop \\\n  it\n" })).toBe(
      "file a\n| 3 stop sshd\n| 4 stop   it",
    );
  });

  test("are of another language than a shell's by the first line, the name, or what runs them", () => {
    // One at a time: busybox's own readlink takes no more.
    expect(told(shell, { a: "#!/usr/bin/env python3\nstop\n" })).toContain("code a");
    expect(told(shell, { "b.py": "stop\n" })).toContain("code b.py");
    expect(told(shell, { c: "#!/bin/sh -e\nstop\n" })).toBe("file c\n| 2 stop");
    writeFileSync(join(folder, "script"), "stop\n");
    const run = told(shell, { a: `python3 ${folder}/script\n` });
    expect(run).toContain(`code ${folder}/script`);
    expect(run).toContain(`file ${folder}/script\n| 1 stop`);
  });
});

describe.each(shells.map((shell) => ({ shell })))("$shell: what a script runs in turn", ({ shell }) => {
  const script = (name: string, text: string) => writeFileSync(join(folder, name), text);
  test.each([
    ["by its path", "#!/bin/sh\n. FOLDER/lib\n"],
    ["by a variable", "#!/bin/sh\nD=FOLDER\n. $D/lib\n"],
    ["by a relative path", '#!/bin/sh\ncd "$(dirname "$0")"\n./lib\n'],
  ])("is read, %s", (_, text) => {
    script("lib", "stop it\n");
    script("app", text.replaceAll("FOLDER", folder));
    const run = told(shell, { a: `${folder}/app\n` });
    expect(run).toContain(`file ${folder}/lib\n| 1 stop it`);
  });

  test("is not read a third step further", () => {
    script("last", "stop it\n");
    script("lib", `. ${folder}/last\n`);
    script("app", `. ${folder}/lib\n`);
    expect(told(shell, { a: `${folder}/app\n` })).not.toContain("stop it");
  });
});

describe.each(shells.map((shell) => ({ shell })))("$shell: a script of a relative path", ({ shell }) => {
  const script = (path: string) => {
    mkdirSync(join(folder, path.replace(/[^/]*$/, "")), { recursive: true });
    writeFileSync(join(folder, path), "stop it\n");
  };
  test.each([
    ["cd FOLDER/app && ./c"],
    ["cd 'FOLDER/app'; sh -e c"],
    ["cd FOLDER/app; ( . ./c )"],
    ["cd FOLDER; app/c"],
    ["DIR=FOLDER/app\n$DIR/c"],
    ['DIR="FOLDER/app/"\nexec "${DIR}"/c'],
    ["DIR=${DIR:-FOLDER/app}\nnohup ${DIR}/c &"],
    ["cd FOLDER/app\n$(pwd)/c"],
    ['cd "$(dirname "$0")"; ../app/c'],
    ['"$(dirname "$0")"/../app/c'],
    // Of several files busybox reads no links.
    ["[Service]\nWorkingDirectory=FOLDER/app\nExecStart=/none/sh c"],
  ])("is read where a file that names its folder runs it by %j", (text) => {
    script("app/c");
    expect(told(shell, { a: `${text.replaceAll("FOLDER", folder)}\n` })).toMatch(/app\/c\n\| 1 stop it$/);
  });

  test("is another language's where that runs it", () => {
    script("app/c");
    expect(told(shell, { a: `cd ${folder}/app; python3 c\n` })).toContain(`code ${folder}/app/c`);
  });

  test("is read at a second step of 2048 folders and names at most, in a bounded time", () => {
    script("app/c");
    const many = Array.from({ length: 400 }, (_, at) => `/none/${at} ./none${at}`).join("\n");
    expect(told(shell, { a: `cd ${folder}/app; ./c\n${many}\n` })).toContain("/app/c\n| 1 stop it");
  });

  test("is none where it is an argument", () => {
    script("app/c");
    for (const word of ["./d app/c", "./d --config ./app/c", "./d --config=app/c"])
      expect(told(shell, { a: `cd ${folder} && ${word}\n` })).toBe("file a");
  });

  test("is none where nothing runs it", () => {
    script("app/c");
    expect(told(shell, { a: `cd ${folder}/app; echo c\n./d\n` })).toBe("file a");
  });
});

describe.each(shells.map((shell) => ({ shell })))("$shell: a folder of scripts", ({ shell }) => {
  const parts = (line: string, ...names: readonly string[]) => {
    mkdirSync(join(folder, "parts"));
    for (const name of names) writeFileSync(join(folder, "parts", name), "stop it\n");
    return told(shell, { a: `${line.replaceAll("FOLDER", folder)}\n` });
  };

  test("is read where run-parts runs it", () => {
    expect(parts("cd / && run-parts --report FOLDER/parts/ >/dev/null; true", "b")).toMatch(
      /parts\/b\n\| 1 stop it$/,
    );
  });

  test("is read without the names that run-parts passes over", () => {
    expect(parts("run-parts FOLDER/parts", "b.dpkg-old", "c d")).toBe("file a");
  });

  test("is read with names of another kind where the line takes them", () => {
    expect(parts("run-parts --regex=sh$ FOLDER/parts", "b.sh")).toMatch(/parts\/[.]\/b.sh\n\| 1 stop it$/);
  });

  test("is not read where something else than run-parts names it", () => {
    expect(parts("run-parts /none; ./d FOLDER/parts", "b")).toBe("file a");
  });

  test("is unknown where it has too many files", () => {
    expect(parts("run-parts FOLDER/parts", ...Array.from({ length: 1001 }, (_, at) => `b${at}`))).toBe(
      "the files that a boot reads could not be read",
    );
  });
});

describe.each(shells.map((shell) => ({ shell })))(
  "$shell: a file that goes while it is read",
  ({ shell }) => {
    test("once: all are read again", () => {
      const { stdout, status } = collect(shell, { during: "rm -f goes", between: ":" });
      expect(stdout.trim()).toBe(`file ${folder}/rc.d/stays\n| 1 stop sshd`);
      expect(status).toBe(0);
    });

    test("again and again: none is known", () => {
      const { stdout, status } = collect(shell, { during: "rm -f goes", between: "echo stop sshd >goes" });
      expect(status).not.toBe(0);
      expect(stdout).toBe("the files that a boot reads could not be read");
    });
  },
);

describe.each(shells.map((shell) => ({ shell })))(
  "$shell: generators that write while it is read",
  ({ shell }) => {
    test("once: all are read again", () => {
      const { stdout } = collect(shell, {
        during: "rm -f goes; [ -e ../quiet ] || echo x >>../made",
        between: "touch ../quiet",
      });
      expect(stdout).toContain(`file ${folder}/rc.d/stays\n`);
    });

    test("again and again: none is known", () => {
      const { stdout } = collect(shell, { during: "echo x >>../made", between: ":" });
      expect(stdout).toBe("the files that a boot reads could not be read");
    });
  },
);
