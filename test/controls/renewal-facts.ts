/** What systemd and cron say of a host on which certbot's timer is on. */
import type { CronFile, NextFact } from "../../src/facts/renewal-next.ts";

const wanted = { LoadState: "loaded", ActiveState: "active", UnitFileState: "enabled" };

const usual: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "certbot.timer": {
    ...wanted,
    SubState: "waiting",
    WantedBy: "timers.target",
    Unit: "certbot.service",
    TimersCalendar: "{ OnCalendar=*-*-* 00,12:00:00 ; next_elapse=Tue 2026-12-01 12:00:00 UTC }",
  },
  "certbot.service": { LoadState: "loaded", ActiveState: "inactive", UnitFileState: "static", Renews: "yes" },
  "cron.service": { ...wanted, WantedBy: "multi-user.target" },
};

/** With other properties of some of its units. */
export function next(
  bend: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
  crons: readonly CronFile[] = [],
): NextFact {
  const ids = new Set([...Object.keys(usual), ...Object.keys(bend)]);
  const units = [...ids].map((id) => {
    const properties = Object.entries({ ...usual[id], ...bend[id] });
    return [id, new Map(properties.map(([key, value]) => [key, value === "" ? [] : [value]]))] as const;
  });
  return {
    units: new Map(units),
    options: [],
    crons,
    anacron: false,
    plugins: ["standalone", "webroot", "manual"],
    held: new Map(),
    holders: [],
    published: [],
    foreign: [],
  };
}

/** A file of cron with one line, as it should be. */
export const cronFile = (
  path: string,
  when: string,
  bend: Partial<CronFile & CronFile["entries"][number]> = {},
): CronFile => {
  const { user = "root", isKnown = true, does = "renew", ...file } = bend;
  return {
    path,
    mode: 0o644,
    uid: 0,
    links: 1,
    linkUid: 0,
    isEnded: true,
    entries: [{ user, isKnown, does, when: when.split(" ") }],
    ...file,
  };
};
