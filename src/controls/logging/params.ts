import { z } from "zod";
import { certificates } from "../../profile/certificates.ts";
import { flag, hostName, plainPath, port, size } from "../../profile/types.ts";

const forwarding = z
  .strictObject({
    to: hostName.describe("The collector, by name or address"),
    port: port.default(6514).describe("Its port for syslog over TLS (RFC 5425)"),
    ca: certificates(
      "File with the certificate of the authority that the collector's own is signed by, in PEM; relative to the profile's file, and copied to the host",
    ),
    name: hostName
      .optional()
      .describe("The name that the collector's certificate must have; left out, it is `to`"),
    certificate: plainPath
      .optional()
      .describe("Certificate that this host shows to the collector, a file on the host; with `key`"),
    key: plainPath.optional().describe("The private key of `certificate`, a file on the host"),
    maxQueue: size.default("1G").describe("Most that messages take on the disk while the collector is away"),
  })
  .refine(({ certificate, key }) => (certificate === undefined) === (key === undefined), {
    error: "certificate and key go together",
  });

export const schema = z.strictObject({
  persistent: flag(
    true,
    "Keep the journal on the disk, so that it outlives a reboot; false leaves that to the host",
  ),
  maxUse: size
    .default("1G")
    .describe("Most that the journal takes on the disk: the oldest messages go first"),
  forwarding: forwarding
    .optional()
    .describe("The collector that gets each message over TLS, by rsyslog; left out, messages stay here"),
});

export type LoggingParams = z.output<typeof schema>;
export type Forwarding = z.output<typeof forwarding>;
