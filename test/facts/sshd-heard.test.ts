/** What keeps words of sshd from the journal. */
import { expect, test } from "vitest";
import { sshdHeard, sshdLimits } from "../../src/facts/sshd-heard.ts";

const heard = (text: string) => sshdHeard.parse(Buffer.from(text));

test("nothing keeps them where the unit has no limit, or one that lets info pass", () => {
  for (const text of [
    "",
    "LogLevelMax=-1\nControlGroup=/system.slice/ssh.service\n",
    "LogLevelMax=6\nLogFilterPatterns=\n",
  ])
    expect(heard(text)).toEqual([]);
});

test("each limit is said once, whether it is that of the next start or the one in force", () => {
  expect(heard("unheard\nLogLevelMax=4\nLogLevelMax=4\nLogFilterPatterns=~Invalid user\n")).toEqual([
    expect.stringContaining("isn't in the journal"),
    expect.stringContaining("ssh.service has LogLevelMax=4"),
    expect.stringContaining("ssh.service has LogFilterPatterns=~Invalid user"),
  ]);
});

test("the limits in force and those of the next start are told apart, and 0 is none", () => {
  const limits = (text: string) => sshdLimits.parse(Buffer.from(text));
  const of = (key: string, value: string) => ({ path: "ssh.service", key: `LogRateLimit${key}`, value });
  expect(limits("LogRateLimitIntervalUSec=0\nLogRateLimitBurst=0\nLogLevelMax=-1\n")).toEqual([[], []]);
  expect(
    limits("running LogRateLimitBurst=15\nLogRateLimitIntervalUSec=1min 30s\nLogRateLimitBurst=0\n"),
  ).toEqual([[of("Burst", "15")], [of("IntervalUSec", "1min 30s")]]);
  expect(limits(`LogRateLimitBurst=${"9".repeat(999)}\nLogRateLimitBurst=\x1b[0m\n`)).toEqual([[], []]);
});
