/** `enabled: false`: our rules out of ufw's files, and everything else as it is. */
import type { Claim } from "../../resources/resource.ts";
import { paths } from "./probes.ts";
import { renderUserRules, withoutOurs } from "./user-rules.ts";
import { type FirewallInput, viewOf } from "./view.ts";

/** user.rules and user6.rules without our rules; nothing where they have none. */
export function release(input: FirewallInput): readonly Claim[] {
  const view = viewOf(input);
  const { settings } = view;
  if (settings === undefined || view.unreadable.length > 0) return [];
  return view.families.flatMap(({ family, user, userFile }) => {
    if (userFile === undefined || !user.blocks.some(({ ours }) => ours)) return [];
    const content = renderUserRules(withoutOurs(user), family, {
      level: view.level,
      policies: settings.policies,
    });
    const { mode, owner, group } = userFile;
    return [
      {
        control: "firewall",
        resource: { kind: "file" as const, path: paths[`user${family}`], content, mode, owner, group },
        reason: "the profile's rules go; the host's own stay",
      },
    ];
  });
}
