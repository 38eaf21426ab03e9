/** What starts certbot: by systemd's and cron's own rules, and how far apart its runs are. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { startsOf } from "../../src/controls/certificates/starts.ts";
import { calendarDays, cronDays, longestGap } from "../../src/facts/calendar.ts";
import type { NextFact } from "../../src/facts/renewal-next.ts";
import { cronFile, next } from "./renewal-facts.ts";

fc.configureGlobal({ seed: 831610384 });

const states = (fact: NextFact) =>
  startsOf(fact, 18).map(
    ({ fault, unknown }) => fault ?? (unknown === undefined ? "starts" : `? ${unknown}`),
  );

describe("a timer", () => {
  const timer = (bend: Record<string, string>) => states(next({ "certbot.timer": bend }));
  const calendar = (text: string) => ({ TimersCalendar: `{ OnCalendar=${text} ; next_elapse=n/a }` });
  const span = (text: string) => ({ TimersCalendar: "", TimersMonotonic: `{ ${text} ; next_elapse=0 }` });
  it.each([
    {},
    calendar("Mon *-*-* 03:00:00"),
    calendar("*-*-01,15 00:00:00"),
    span("OnUnitActiveUSec=1d"),
    span("OnUnitInactiveUSec=1w 12h"),
    { UnitFileState: "static" },
    { WantedBy: "", RequiredBy: "x.target" },
  ])("starts certbot with %j", (bend) => {
    expect(timer(bend as Record<string, string>)).toEqual(["starts"]);
  });
  it.each([
    [{ ActiveState: "inactive", UnitFileState: "disabled" }, "is inactive, disabled"],
    [{ UnitFileState: "disabled" }, "no boot starts it"],
    [{ UnitFileState: "enabled-runtime" }, "no boot starts it"],
    [{ UnitFileState: "static", WantedBy: "" }, "no boot starts it"],
    [{ LoadState: "masked" }, "is active, masked"],
    [{ SubState: "elapsed" }, "has no next time"],
    [calendar("*-01-01 00:00:00"), "every 366 days"],
    [calendar("*-*-01 00:00:00"), "every 31 days"],
    [span("OnUnitActiveUSec=3w"), "every 21 days"],
    [span("OnBootUSec=15min"), "never starts it"],
    [{ Unit: "other.service" }, "? "],
    [calendar("*-*~01 00:00:00"), "? "],
    [calendar("2027-*-* 00:00:00"), "? "],
  ])("does not start certbot with %j", (bend, why) => {
    expect(timer(bend as Record<string, string>)).toEqual([expect.stringContaining(why)]);
  });
  it.each([
    [{ LoadState: "masked" }, "is masked"],
    [{ ConditionResult: "no", ConditionTimestampMonotonic: "5" }, "a condition"],
    [{ Renews: "" }, "calls no certbot renew"],
  ])("does not start certbot where its service has %j", (bend, why) => {
    expect(states(next({ "certbot.service": bend as Record<string, string> }))).toEqual([
      expect.stringContaining(why),
    ]);
  });
});

describe("a file of cron", () => {
  const cron = (...args: Parameters<typeof cronFile>) => {
    const [, state] = states(next({}, [cronFile(...args)]));
    return state;
  };
  const mine = "/etc/cron.d/mine";
  it.each(["0 3 * * *", "@daily", "@weekly", "*/5 0-23/2 * * mon", "0 0 1,10,20 * 3", "0 3 * Jan-dec 7"])(
    "starts certbot with %s",
    (when) => {
      expect(cron(mine, when)).toBe("starts");
    },
  );
  it.each(["@yearly", "@reboot", "0 0 1 * *", "0 3 * 1-6 *", "0 0 31 2 *"])(
    "starts certbot too seldom with %s",
    (when) => {
      expect(cron(mine, when)).toMatch(/starts it/);
    },
  );
  it.each(["0 25 * * *", "60 3 * * *", "5/10 * * * *", "* * * 0 *", "*/0 * * * *", "@often", "0 3 * *", "x"])(
    "is none to cron with %s",
    (when) => {
      expect(cron(mine, when)).toContain("reads none");
    },
  );
  it.each([
    [{ uid: 1000 }, "root's"],
    [{ linkUid: 1000 }, "root's"],
    [{ mode: 0o664 }, "0664"],
    [{ mode: 0o646 }, "0646"],
    [{ links: 2 }, "several names"],
    [{ isEnded: false }, "no end"],
    [{ isKnown: false }, "reads none"],
    [{ user: "" }, "reads none"],
    [{ user: "www-data" }, "never"],
  ])("is passed over with %j", (bend, why) => {
    expect(cron(mine, "0 3 * * *", bend)).toContain(why);
  });
  it.each(["/etc/cron.d/my.cron", "/etc/cron.d/mine~", "/etc/cron.daily/mine.sh"])(
    "is passed over as %s",
    (path) => {
      expect(cron(path, "0 3 * * *", { mode: 0o755 })).toContain("name");
    },
  );
  it("is root's own table with mode 0600 alone", () => {
    const path = "/var/spool/cron/crontabs/root";
    expect(cron(path, "0 3 * * *", { mode: 0o600 })).toBe("starts");
    expect(cron(path, "0 3 * * *")).toContain("0644");
  });
  it("needs a cron that runs, now and after the next boot", () => {
    const withCron = (bend: Record<string, string>) =>
      states(next({ "cron.service": bend }, [cronFile(mine, "0 3 * * *")]))[1];
    expect(withCron({ LoadState: "not-found" })).toContain("no cron is installed");
    expect(withCron({ ActiveState: "inactive" })).toContain("is inactive");
    expect(withCron({ WantedBy: "" })).toContain("no boot");
  });
  it("in cron.daily is run where it is executable, and by /etc/crontab or anacron", () => {
    const script = cronFile("/etc/cron.daily/mine", "", { mode: 0o755, entries: [] });
    const table = cronFile("/etc/crontab", "25 6 * * *", { does: "daily" });
    const daily = (crons: NextFact["crons"], more: Partial<NextFact> = {}) =>
      states({ ...next({}, crons), ...more })[1];
    expect(daily([table, script])).toBe("starts");
    expect(daily([table, { ...script, mode: 0o644 }])).toContain("executable");
    expect(daily([script])).toContain("/etc/crontab");
    expect(daily([{ ...table, mode: 0o666 }, script])).toContain("/etc/crontab");
    expect(daily([table, script], { anacron: true })).toContain("anacron.timer");
    const wanted = { LoadState: "loaded", ActiveState: "active", WantedBy: "timers.target" };
    const { units } = next({ "anacron.timer": wanted });
    expect(daily([script], { anacron: true, units })).toBe("starts");
  });
});

describe("days", () => {
  it("whatever a host says is days or none", () => {
    const word = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[0-9*,/@.-]{1,8}$/),
      fc.constantFrom("*", "1", "mon"),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        cronDays(words);
        calendarDays(words.join(" "));
      }),
    );
  });
  it("weekdays are as far apart as on a circle of seven, to cron and to systemd", () => {
    const names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    fc.assert(
      fc.property(fc.subarray([0, 1, 2, 3, 4, 5, 6], { minLength: 1 }), (set) => {
        const gaps = set.map((each, at) => ((set[at + 1] ?? set[0]! + 7) - each) % 7 || 7);
        const cron = cronDays(["0", "0", "*", "*", set.join(",")]);
        const calendar = calendarDays(`${set.map((each) => names[each]).join(",")} *-*-* 00:00:00`);
        for (const days of [cron, calendar])
          expect(longestGap(days === undefined || days === "at boot" ? [] : [days])).toBe(Math.max(...gaps));
      }),
      { numRuns: 20 },
    );
  });
});
