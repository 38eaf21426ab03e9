/** A run whose folders become others, or somebody else's, in each shell: nothing is written through them. */
import { chownSync, mkdirSync, renameSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { beginScript, rollbackScript } from "../../src/host/script.ts";
import type { Step } from "../../src/kinds/index.ts";
import { Root, run, shells, work } from "./root.ts";

const daemon = 1;

/** Only root can make what belongs to somebody else. */
describe.skipIf(process.getuid?.() !== 0).each(shells.map((shell) => [shell.join(" "), shell] as const))(
  "under %s",
  (_, shell) => {
    let root: Root;
    afterEach(() => root.remove());

    const begin = () => {
      root = new Root(shell);
      root.write("srv/site/file", "theirs\n");
      root.write("etc/only/file", "root's\n", 0o600);
      root.write("etc/other", "one\n");
      return [
        root.file("srv/site/file", "ours\n"),
        { verb: "mode", path: root.at("etc/other"), before: root.modes("etc/other"), ...wanted() },
      ] satisfies Step[];
    };
    const wanted = () => ({ ...root.modes("etc/other"), mode: "0600" });
    const send = (steps: readonly Step[], folders?: Readonly<Record<string, string>>) =>
      root.send(beginScript(run("r1", folders && { folders }), work(...steps), root.options()));
    /** As daemon, to whom what is above belongs. */
    const swap = () => {
      chownSync(root.at("srv"), daemon, daemon);
      renameSync(root.at("srv/site"), root.at("srv/away"));
      symlinkSync(root.at("etc/only"), root.at("srv/site"));
    };
    const untouched = () => {
      expect(root.read("etc/only/file")).toBe("root's\n");
      expect(statSync(root.at("etc/only/file")).mode & 0o777).toBe(0o600);
    };
    const refusals = (sent: Awaited<ReturnType<typeof send>>) =>
      sent.events.flatMap((event) => (event.event === "refused" ? [event.code] : []));

    it("a file, a mode and a restore behind a folder of daemon's are refused", async () => {
      const [file] = begin();
      const link = root.at("srv/site/file");
      const steps: Step[] = [
        file!,
        { verb: "mode", path: link, before: root.modes("srv/site/file"), ...wanted() },
        { verb: "remove", path: link, before: root.before("srv/site/file") },
      ];
      swap();
      const sent = await send(steps);
      expect([sent.outcome, refusals(sent), sent.stderr]).toEqual([
        "refused",
        ["others-folder", "others-folder", "others-folder"],
        "",
      ]);
      untouched();
    });

    it("a folder that is another one than planned is stale, and the planned one is not", async () => {
      const steps = begin();
      const { dev, ino } = statSync(root.at("srv/site"));
      const other = await send(steps, { [root.at("srv/site")]: `${dev}:${ino + 1}` });
      expect([other.outcome, refusals(other)]).toEqual(["refused", ["stale"]]);
      expect(root.read("srv/site/file")).toBe("theirs\n");
      const same = await send(steps, { [root.at("srv/site")]: `${dev}:${ino}` });
      expect(same.outcome, same.stdout + same.stderr).toBe("waiting");
    });

    it("a rollback writes nothing behind a folder of daemon's, undoes the rest, and keeps the original", async () => {
      const steps = begin();
      const sent = await send(steps);
      expect(sent.outcome, sent.stdout + sent.stderr).toBe("waiting");
      swap();
      const back = await root.send(rollbackScript("r1", "", root.path));
      expect(back.events).toContainEqual(
        expect.objectContaining({ event: "note", code: "not-restored", object: root.at("srv/site/file") }),
      );
      expect(back.events).toContainEqual(expect.objectContaining({ event: "rolled-back", clean: false }));
      untouched();
      expect(statSync(root.at("etc/other")).mode & 0o777).toBe(0o644);
      expect(root.read("var/lib/harden/runs/r1/backup/1")).toBe("theirs\n");
    });

    it("a rollback leaves a folder alone that root has put in the place of the run's", async () => {
      await send(begin());
      renameSync(root.at("srv/site"), root.at("srv/away"));
      mkdirSync(root.at("srv/site"));
      writeFileSync(root.at("srv/site/file"), "new\n");
      const back = await root.send(rollbackScript("r1", "", root.path));
      expect(back.events).toContainEqual(
        expect.objectContaining({ event: "note", code: "not-restored", object: root.at("srv/site/file") }),
      );
      expect(root.read("srv/site/file")).toBe("new\n");
    });
  },
);
