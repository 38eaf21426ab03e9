/** What a person reads of a renewal; nothing that a host says is a line of its own. */
import { expect, it } from "vitest";
import { renewText } from "../../src/features/renew/text.ts";
import type { HostRenewal } from "../../src/features/renew/work.ts";
import { plainPage } from "../../src/reports/page.ts";

const text = (value: HostRenewal) => renewText([{ target: "web1", ok: true, value }], plainPage);
const ran = { certbot: "ran", dryRun: true, lineages: [], status: 0, failures: [], said: [] } as const;

it("says what failed by its name, with the mend and certbot's own words", () => {
  const failures = [
    { id: "certbot.port-busy", found: "port 80: held by x\u001b[31m\n  web2: fine", remedy: "Stop it." },
  ] as const;
  const lineages = [{ name: "a.example", outcome: "failed" }] as const;
  expect(text({ ...ran, status: 1, failures, lineages, said: ["1 renew failure(s)"] })).toBe(
    [
      "web1: the trial renewal failed (certbot ended with 1).",
      "  a.example: failed",
      "  certbot.port-busy: port 80: held by x web2: fine",
      "    Stop it. More: harden explain certbot.port-busy",
      "  certbot's last lines:",
      "    1 renew failure(s)",
    ].join("\n"),
  );
  expect(text({ ...ran, failures })).toContain("went well, and something is wrong after it.");
});

it.each<readonly [HostRenewal, string]>([
  [{ certbot: "not installed" }, "web1: certbot is not installed."],
  [{ certbot: "nothing to renew", keeper: "caddy" }, "caddy runs there, which can fetch and renew its own."],
  [{ certbot: "not asked" }, "nothing was renewed; nothing was changed."],
  [{ ...ran, lineages: [{ name: "a", outcome: "not due" }] }, "no certificate is due; nothing was renewed."],
  [{ ...ran, lineages: [{ name: "a", outcome: "renewed" }] }, "a: would be renewed"],
  [{ ...ran, dryRun: false, lineages: [{ name: "a", outcome: "renewed" }] }, "the renewal went well."],
])("of %j", (value, said) => {
  expect(text(value)).toContain(said);
});
