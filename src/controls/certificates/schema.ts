/** The profile's section `certificates`. */
import { z } from "zod";
import { duration, groupName, plainPath, unitName } from "../../profile/types.ts";

/** As certbot names a lineage: the first domain of it, perhaps with a number. */
const lineage = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/, {
    error: "must be a domain in lower case, such as example.com",
  });

/** Compose's own rule for the names of services. */
const composeService = z
  .string()
  .max(63)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, { error: "must be the name of a service in the compose file" });

const unit = unitName.regex(/\.(service|socket)$/, {
  error: "must be a unit that can be stopped: .service or .socket",
});

const compose = z.strictObject({
  project: plainPath
    .refine((path) => path !== "/", { error: "must be the folder of a compose project" })
    .describe("The folder with the compose file, such as /opt/myapp"),
  name: composeService.describe("The service in it, such as frontend"),
});

const service = z.union([unit, compose], {
  error: "a systemd unit such as nginx.service, or {project: /opt/myapp, name: frontend}",
});

export const schema = z.strictObject({
  group: groupName
    .default("ssl-docker")
    .describe("The group that may read private keys; containers are given it by its number (`group_add`)"),
  gid: z
    .int()
    .min(1)
    .max(65_533)
    .default(1002)
    .describe("The number of that group; one that another group has is a block, never taken from it"),
  domains: z
    .array(lineage)
    .min(1)
    .optional()
    .describe(
      "The certificates that are meant, as /etc/letsencrypt/live names them; all of them where left out",
    ),
  minValidity: duration({ min: 3600, max: 90 * 86_400 })
    .prefault("14d")
    .describe("A certificate that expires sooner fails: certbot renews 30 days before"),
  renewal: z
    .enum(["standalone", "webroot"])
    .optional()
    .describe(
      "How certbot proves the domains: standalone, by itself on port 80, for which `service` is stopped; webroot, by files that a web server serves meanwhile; left out, renewals are left as they are",
    ),
  service: service
    .optional()
    .describe(
      "What serves the certificates, a unit or a service of compose: stopped and started by a standalone renewal, told to read the new one by webroot (left out: nginx.service)",
    ),
  webroot: plainPath
    .refine((path) => path !== "/", { error: "must be a folder of its own" })
    .default("/var/www/acme")
    .describe(
      "Where certbot puts the files of a webroot renewal; only root may write to the folders that lead there",
    ),
});

export type CertificatesParams = z.output<typeof schema>;
export type CertificateService = z.output<typeof service>;
