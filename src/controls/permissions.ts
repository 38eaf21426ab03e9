/** permissions: who may read and change what decides who gets in, and what anybody may write to. */
import { defineControl } from "./define.ts";
import { fixedChecks } from "./permissions/fixed.ts";
import { loginChecks, loginClaims } from "./permissions/logins.ts";
import { schema } from "./permissions/params.ts";
import { permissionsProbes } from "./permissions/probes.ts";
import { viewOf } from "./permissions/view.ts";
import { findings, worldCheck, worldClaims, worldGuard } from "./permissions/world.ts";

export const permissions = defineControl({
  id: "permissions",
  boot: "permissions",
  title: "Let nobody change who gets in",
  layer: "host",
  criteria: ["CC6.1"],
  rationale:
    "Whoever can write one of these files makes an account of their own, and whoever can read the hashes has all night to guess. Stricter modes than the wanted ones are left as they are. shadow and gshadow are 0640 root:shadow and not 0600, as many lists have it: programs of users, such as chage and PAM's unix_chkpwd, run with the group shadow to read them, and a screen lock or a changed password needs these. What lies in the home of a user is changed with the rights of that user alone, for they could put a link to another file in its place.",
  schema,
  probes: permissionsProbes,
  view: viewOf,
  desired: (input) => [...loginClaims(input), ...worldClaims(input)],
  guard: worldGuard,
  findings,
  checks: [...fixedChecks, ...loginChecks, worldCheck],
});
