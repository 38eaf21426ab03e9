/** `enabled: false`: our rules out of ufw's files, and everything else as it is. */
import type { Claim } from "../claim.ts";
import type { FirewallInput } from "./model.ts";
import { paths } from "./probes.ts";
import { parseUserRules, renderUserRules, type UserRules, withoutOurs } from "./user-rules.ts";

/** user.rules and user6.rules without our rules, to the byte where nobody else changed them; nothing without ours. */
export function release(
  { view }: FirewallInput,
  original: (path: string) => Buffer | undefined,
): readonly Claim[] {
  const { settings } = view;
  if (settings === undefined || view.unreadable.length > 0) return [];
  return view.families.flatMap(({ family, user, userFile }) => {
    if (userFile === undefined || !user.blocks.some(({ ours }) => ours)) return [];
    const path = paths[`user${family}`];
    const render = (rules: UserRules) =>
      renderUserRules(withoutOurs(rules), family, { level: view.level, policies: settings.policies });
    const before = original(path);
    const without = render(user);
    const unchanged = before !== undefined && render(parseUserRules(before, family)).equals(without);
    const content = unchanged ? before : without;
    const { mode, owner, group } = userFile;
    return [
      {
        control: "firewall",
        resource: { kind: "file" as const, path, content, mode, owner, group },
        reason: "the profile's rules go; the host's own stay",
      },
    ];
  });
}
