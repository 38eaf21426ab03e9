/** What is checked of sshd besides its keywords: its port, its files, and what it runs with. */
import { valueOr, whyUnknown } from "../../facts/probe.ts";
import type { Check } from "../control.ts";
import { references } from "../references.ts";
import { inapplicable, ofParts, part, result } from "../verdict.ts";
import { badHostKeys } from "./guards/host.ts";
import { mainPath } from "./layout.ts";
import type { SshParams } from "./params.ts";
import type { sshProbes } from "./probes.ts";
import { loadedFiles } from "./running.ts";
import { doubtsAbout } from "./start.ts";
import { hasSshd, type View } from "./view.ts";
import type { Words } from "./words.ts";

export type SshCheck = Check<SshParams, ReturnType<typeof sshProbes>, View | undefined>;

export const portCheck: SshCheck = {
  id: "ssh.port",
  title: "sshd listens on the port of the profile only",
  severity: "low",
  role: "proof",
  references: [],
  needs: [],
  test: (input) => {
    const { params, access } = input;
    if (!hasSshd(input)) return inapplicable("there is no sshd here");
    if (params.port === undefined) return inapplicable("the profile leaves it as it is");
    if (input.facts.effective.state !== "present")
      return result("error", String(params.port), "sshd -T gave no answer");
    const found = access.now.ports.join(", ");
    return result(found === String(params.port) ? "pass" : "fail", String(params.port), found);
  },
};

export const configMode: SshCheck = {
  id: "ssh.config-mode",
  title: "Only root can read or change sshd_config",
  severity: "medium",
  role: "proof",
  references: references({ cis12: "5.1.1", anssi: "R50" }),
  needs: [],
  test: (input) => {
    if (!hasSshd(input)) return inapplicable("there is no sshd here");
    const stat = valueOr(input.facts.files, undefined)?.stats.find(({ path }) => path === mainPath);
    const fact = input.facts.main;
    const found = stat ?? (fact.state === "present" ? fact.value : undefined);
    if (found === undefined) return result("error", "0600 root:root", "could not be read");
    const ok =
      (Number.parseInt(found.mode, 8) & 0o177) === 0 && found.owner === "root" && found.group === "root";
    return result(ok ? "pass" : "fail", "0600 root:root", `${found.mode} ${found.owner}:${found.group}`);
  },
};

export const hostKeyModes: SshCheck = {
  id: "ssh.host-key-modes",
  title: "Only root can read private host keys, and change public ones",
  severity: "high",
  role: "audit",
  references: [...references({ cis12: "5.1.2", anssi: "R50" }), ...references({ cis12: "5.1.3" })],
  needs: [],
  test: (input) => {
    const expected = "0600 root:root, public 0644 root:root";
    if (!hasSshd(input)) return inapplicable("there is no sshd here");
    const fact = input.facts.hostKeys;
    if (fact.state !== "present" || fact.value.length === 0)
      return result("error", expected, "why" in fact ? fact.why : "no host key was found");
    const parts = badHostKeys(input).map(({ path, found }) => part("fail", path, found));
    return ofParts(expected, parts, "as expected");
  },
};

export const running: SshCheck = {
  id: "ssh.running",
  title: "The sshd that runs has read its files as they are",
  severity: "medium",
  role: "proof",
  references: [],
  needs: [],
  test: (input) => {
    const expected = "read after the last change";
    if (!hasSshd(input)) return inapplicable("there is no sshd here");
    const { effective, files, service } = input.facts;
    const why = whyUnknown(effective, files, service);
    if (why !== undefined) return result("error", expected, why);
    const loaded = loadedFiles(input);
    if (loaded === "unmeasured")
      return inapplicable("no sshd runs as ssh.service with a pid file to tell by");
    if (loaded === "yes") return result("pass", expected, expected);
    return result("fail", expected, `changed since: ${loaded.newer.map(({ path }) => path).join(", ")}`);
  },
};

/** The words of a command line that change no keyword of the profile are judged here, and all that can't be read. */
export const start: SshCheck = {
  id: "ssh.start",
  title: "What sshd is started with is known, now and at the next boot",
  severity: "high",
  role: "audit",
  references: [],
  needs: [],
  test: (input) => {
    const expected = "sshd_config alone says what sshd does, at each start";
    if (!hasSshd(input)) return inapplicable("there is no sshd here");
    const { view } = input;
    if (view === undefined) return result("error", expected, "sshd's files could not be read");
    const { runs, starts } = view;
    if (runs !== undefined && "unknown" in runs) return result("error", expected, runs.unknown.join("; "));
    const fact = input.facts.start;
    if (starts === undefined)
      return "why" in fact && fact.state === "unknown"
        ? result("error", expected, fact.why)
        : inapplicable("systemd does not run here");
    const other = (words: Words, text: string) =>
      words.config === undefined ? [] : [`${words.config} is read in place of sshd_config (${text})`];
    const now = runs === undefined ? [] : other(runs.words, runs.where);
    if (now.length > 0) return result("fail", expected, now.join("; "));
    const later = [...doubtsAbout(starts), ...("unknown" in starts ? [] : other(starts.words, starts.where))];
    if (later.length > 0) return result("until the next boot", expected, `not known: ${later.join("; ")}`);
    return result("pass", expected, "words" in starts ? starts.text : "");
  },
};
