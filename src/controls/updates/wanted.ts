/** The values that a profile wants of unattended-upgrades, and the files that say so. */
import { z } from "zod";
import render from "../../../templates/unattended-upgrades.hbs";
import { type AptEntry, aptValue } from "../../facts/apt.ts";
import type { Distribution } from "../../platform.ts";
import { flag, mailTo } from "../../profile/types.ts";
import type { OriginKind } from "./origins.ts";

export const schema = z.strictObject({
  origins: z
    .array(z.enum(["security", "updates"]))
    .min(1)
    .default(["security"])
    .describe(
      "What is installed by itself: security updates; with `updates` also the release's updates that can't wait for a point release. On Ubuntu the release's own list and ESM come with `security`, as Ubuntu's file has it: a security update may need a package of the first, and is in the second after five years",
    ),
  automaticReboot: flag(false, "Whether the host restarts by itself where an update wants it"),
  mail: mailTo
    .optional()
    .describe(
      "Who is told of updates: an address or a local user, '' for nobody; the host needs a mailer. Left out: whoever the host's own files name",
    ),
  mailReport: z
    .enum(["on-change", "only-on-error", "always"])
    .optional()
    .describe("When a mail is sent; left out: as the host's own files say"),
});

export type UpdatesParams = z.output<typeof schema>;

/** Sorts after every name that begins with a digit or a capital; /etc/apt/apt.conf alone is read later still. */
export const dropInPath = "/etc/apt/apt.conf.d/zz-harden-unattended-upgrades";
export const switchPath = "/etc/apt/apt.conf.d/20auto-upgrades";
export const mainPath = "/etc/apt/apt.conf";

/** As debconf writes it on installation: ucf takes these texts for its own, and asks nothing at upgrades. */
const switchText = (to: 0 | 1) =>
  Buffer.from(`APT::Periodic::Update-Package-Lists "${to}";\nAPT::Periodic::Unattended-Upgrade "${to}";\n`);
export const switchedOn = switchText(1);
export const switchedOff = switchText(0);

/** As an installation writes it, and nobody else. */
export const isPristine = (text: Buffer | undefined) =>
  text !== undefined && (text.equals(switchedOff) || text.equals(switchedOn));

const originsOf = (params: UpdatesParams, { origins }: Distribution): readonly string[] =>
  (["security", "updates"] as const)
    .filter((each) => params.origins.includes(each))
    .flatMap((each) => origins[each]);

/** Kinds of lists that may be installed from. */
export const wantedKinds = (params: UpdatesParams, distro: Distribution): readonly OriginKind[] =>
  distro.id === "Ubuntu" ? [...params.origins, "release"] : params.origins;

export function dropInText(params: UpdatesParams, distro: Distribution): string {
  return render({
    ubuntu: distro.id === "Ubuntu",
    list: distro.origins.list,
    origins: originsOf(params, distro),
    automaticReboot: String(params.automaticReboot),
    mails: params.mail !== undefined,
    mail: params.mail ?? "",
    mailReport: params.mailReport ?? "",
  });
}

/** What the drop-in sets, as apt-config would print it. */
export function dropInEntries(params: UpdatesParams, distro: Distribution): readonly AptEntry[] {
  const list = `Unattended-Upgrade::${distro.origins.list}`.toLowerCase();
  const given = (key: string, value: string | undefined) => (value === undefined ? [] : [{ key, value }]);
  return [
    { key: "apt::periodic::enable", value: "1" },
    { key: "apt::periodic::update-package-lists", value: "1" },
    { key: "apt::periodic::unattended-upgrade", value: "1" },
    ...originsOf(params, distro).map((value) => ({ key: `${list}::`, value })),
    { key: "unattended-upgrade::installonshutdown", value: "false" },
    { key: "unattended-upgrade::automatic-reboot", value: String(params.automaticReboot) },
    ...given("unattended-upgrade::mail", params.mail),
    ...given("unattended-upgrade::mailreport", params.mailReport),
  ];
}

/** APT's booleans: find_b of apt-pkg/contrib/strutl.cc. */
export const isOn = (value: string | undefined) => /^(1|yes|true|with|on|enable)$/i.test(value ?? "");

/** Whether a job of apt.systemd.daily runs every day: an interval in days, or with a unit, or `always`. */
export function daily(entries: readonly AptEntry[], job: string): boolean {
  const value = aptValue(entries, `APT::Periodic::${job}`) ?? "0";
  const enabled = aptValue(entries, "APT::Periodic::Enable") ?? "1";
  const [, amount, unit] = /^(\d+)([smhd]?)$/.exec(value) ?? [];
  const days = Number(amount) / { s: 86_400, m: 1440, h: 24, d: 1, "": 1 }[(unit ?? "") as "s"];
  return !/^[+-]?0+$/.test(enabled) && (value === "always" || (days > 0 && days <= 1));
}

/** Its daily run installs nothing then: a server that is not shut down gets no update. */
export const waitsForShutdown = (entries: readonly AptEntry[]) =>
  isOn(aptValue(entries, "Unattended-Upgrade::InstallOnShutdown"));
