import type { CheckReport } from "../../src/assess/report.ts";

/** A failing audit on one thing, with what a test wants to be otherwise. */
export const report = (more: Partial<CheckReport> = {}): CheckReport => ({
  id: "firewall.other-rules",
  control: "firewall",
  title: "Nothing else comes in",
  severity: "medium",

  role: "audit",
  layer: "host",
  references: [],
  object: "8080/tcp from anywhere",
  verdict: "fail",
  expected: "none",
  found: '8080/tcp from anywhere by "-A INPUT -p tcp --dport 8080 -j ACCEPT"',
  ...more,
});
