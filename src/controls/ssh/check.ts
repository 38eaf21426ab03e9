/** How ssh is checked: what sshd really does, for everybody, for the logins, and in every Match block. */
import { valueOr } from "../../facts/probe.ts";
import type { Effective, EffectiveFact } from "../../facts/sshd.ts";
import type { Check, CheckResult, Reference } from "../control.ts";
import { references } from "../references.ts";
import { place } from "./config.ts";
import { badHostKeys } from "./guards/host.ts";
import { mainPath } from "./layout.ts";
import { matchText, overridesOf } from "./overrides.ts";
import type { SshParams } from "./params.ts";
import type { SshInput, sshProbes } from "./probes.ts";
import { loadedFiles } from "./running.ts";
import { normal } from "./simulate.ts";
import { accountOf, hasSshd, type View, viewOf } from "./view.ts";
import type { Wanted } from "./wanted.ts";

export type SshCheck = Check<SshParams, ReturnType<typeof sshProbes>>;

const result = (verdict: CheckResult["verdict"], expected: string, found: string): CheckResult => ({
  verdict,
  expected,
  found,
});

const none = (found: string) => result("not applicable", "", found);

interface About {
  readonly id: string;
  readonly title: string;
  readonly severity: SshCheck["severity"];
  readonly references?: readonly Reference[];
}

/** A value of `sshd -T -C`; lines that add up are one value of several words. */
const read = (effective: Effective, keyword: string) => effective.get(keyword)?.map(normal).join(" ");

export function keywordCheck(about: About, keyword: string | ((view: View) => string)): SshCheck {
  return {
    references: [],
    ...about,
    role: "proof",
    needs: [],
    test: (input) => {
      if (!hasSshd(input)) return none("there is no sshd here");
      const { effective } = input.facts;
      if (effective.state !== "present")
        return result("error", "", `sshd -T: ${"why" in effective ? effective.why : "no configuration"}`);
      const view = viewOf(input);
      if (view === undefined) return result("error", "", "sshd's files could not be read");
      const name = typeof keyword === "string" ? keyword : keyword(view);
      const wanted = view.wanted.find((each) => each.keyword === name);
      if (wanted === undefined) return none("the profile leaves it as it is");
      return judge(wanted, { input, view, effective: effective.value });
    },
  };
}

function judge(
  wanted: Wanted,
  { input, view, effective }: { input: SshInput; view: View; effective: EffectiveFact },
): CheckResult {
  const value = (values: Effective) =>
    values.size === 0 ? undefined : (read(values, wanted.keyword) ?? "unset");
  const global = value(effective.global);
  const logins = [
    { of: `for ${input.access.now.login}`, found: value(effective.now) },
    { of: `for ${input.access.planned.login}`, found: value(effective.planned) },
  ];
  const measured = [
    { of: "", found: global },
    ...logins.filter(({ found }) => found !== global),
    ...effective.matches.map(({ file, line, text, effective: values }) => ({
      of: `under ${text} (${file}:${line})`,
      found: value(values),
    })),
  ];
  const say = ({ of, found }: { of: string; found?: string | undefined }) =>
    `${found ?? "could not be read"}${of === "" ? "" : ` ${of}`}`;
  const wrong = measured.filter(({ found }) => found !== undefined && !wanted.accepts(found));
  // A Match block that no connection could be found for is read as text: it can fail a check, never pass one.
  const unseen = overridesOf(
    { ...view, layout: { ...view.layout, directives: view.today } },
    effective,
    (user) => accountOf(input, user)?.groups,
  )
    .filter(({ wanted: { keyword }, directive }) => keyword === wanted.keyword && directive.under.length > 0)
    .map(
      ({ directive }) =>
        `${directive.words.join(" ")} under ${matchText(directive.under)} (${place(directive)})`,
    );
  const found = [...new Set([...wrong.map(say), ...(wrong.length === 0 ? unseen : [])])];
  if (found.length > 0) return result("fail", wanted.value, found.join("; "));
  const lost = measured.filter((each) => each.found === undefined);
  if (lost.length > 0) return result("error", wanted.value, lost.map(say).join("; "));
  return result("pass", wanted.value, [...new Set(measured.map((each) => each.found))].join("; "));
}

export const portCheck: SshCheck = {
  id: "ssh.port",
  title: "sshd listens on the port of the profile only",
  severity: "low",
  role: "proof",
  references: [],
  needs: [],
  test: (input) => {
    const { params, access } = input;
    if (!hasSshd(input)) return none("there is no sshd here");
    if (params.port === undefined) return none("the profile leaves it as it is");
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
    if (!hasSshd(input)) return none("there is no sshd here");
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
    if (!hasSshd(input)) return none("there is no sshd here");
    const fact = input.facts.hostKeys;
    if (fact.state !== "present" || fact.value.length === 0)
      return result("error", expected, "why" in fact ? fact.why : "no host key was found");
    const bad = badHostKeys(input);
    return bad.length === 0
      ? result("pass", expected, "as expected")
      : result("fail", expected, bad.join("; "));
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
    const loaded = loadedFiles(input);
    if (loaded === "unmeasured") return none("no sshd runs as ssh.service with a pid file to tell by");
    if (loaded === "yes") return result("pass", expected, expected);
    return result("fail", expected, `changed since: ${loaded.newer.join(", ")}`);
  },
};
