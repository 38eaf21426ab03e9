/** Certificates that a profile names by a file: the file's text is read on this machine, and goes to the host. */
import { X509Certificate } from "node:crypto";
import { z } from "zod";
import { fromFile } from "./from-file.ts";

const block = /-----BEGIN CERTIFICATE-----\r?\n[A-Za-z0-9+/=\r\n]+-----END CERTIFICATE-----/g;

const isCertificate = (pem: string) => {
  try {
    return new X509Certificate(pem) !== undefined;
  } catch {
    return false;
  }
};

/** Certificates in PEM, of the named file: only these are kept of it, one after the other. A key in it is refused. */
export const certificates = (about: string) =>
  z
    .string({ error: "the name of a file with certificates in PEM" })
    .max(64 * 1024)
    .transform((text, context) => {
      const found = text.match(block) ?? [];
      const wrong = /PRIVATE KEY-----/.test(text)
        ? "holds a private key, which stays where it is: name a file with certificates only"
        : found.length === 0 || !found.every(isCertificate)
          ? "must be a file with certificates in PEM"
          : undefined;
      if (wrong !== undefined) context.addIssue({ code: "custom", message: wrong });
      return `${found.join("\n").replaceAll("\r", "")}\n`;
    })
    .describe(about)
    .register(fromFile, {});
