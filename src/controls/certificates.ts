/** Certificates that certbot keeps: readable for the containers that serve them, and for nobody else. */
import { ownMounts } from "../checks/texts.ts";
import { checks } from "./certificates/checks.ts";
import { findings, guard, hooks } from "./certificates/renewal.ts";
import { schema } from "./certificates/schema.ts";
import { type CertificatesInput, probes, viewOf } from "./certificates/view.ts";
import { defineControl } from "./define.ts";

export const certificates = defineControl({
  id: "certificates",
  title: "Let containers read the keys that they serve with",
  layer: "application",
  criteria: ["CC6.7"],
  rationale:
    "A container that isn't root must read the private key of its certificate, and nobody else may. A group of a fixed number does that: live, archive and the folder of each domain are root's and the group's, the keys are open to both. Keys that certbot has elsewhere, in keys and accounts, lose what others could do with them. A renewal keeps the group and its bits. On a host without certbot nothing is made. Where the profile says how certificates are renewed, certbot's hooks stop what holds port 80 and start it again, or nginx is given the location that answers meanwhile.",
  schema,
  probes,
  view: viewOf,
  checks: [
    {
      id: "certificates.group",
      title: "The group that may read private keys has its number",
      severity: "medium",
      criteria: ["CC6.1"],
      why: "A container that isn't root reads the key by a group, which it knows by its number alone.",
      by: ["group", "gid"],
      leavesOpen:
        "Each member of the group, and each container with its number in `group_add`, reads every key.",
      stricter: ownMounts,
      look: "getent group ssl-docker",
      reads: {
        only: ["file"],
        because: "The list of groups is looked up anew each time, and containers have the number itself.",
      },
      reason: "Containers know the group by its number alone.",
      want: ({ params: { group, gid }, view, facts }: CertificatesInput) => {
        if ("why" in facts.certificates) return facts.certificates;
        return view === undefined || view.lineages.length === 0
          ? "certbot has no certificate here"
          : [{ kind: "group", name: group, gid }];
      },
    },
    hooks,
    ...checks,
  ],
  desired: ({ view }) =>
    (view?.reached ?? []).map(({ entry, mode, group }) => ({
      control: "certificates",
      reason: "Those in the group read the key, and nobody else.",
      resource: {
        kind: "mode",
        path: entry.path,
        mode,
        owner: "root",
        group,
        found: { ...entry, size: 0, immutable: false },
      },
    })),
  guard,
  findings,
});
