/** The checks of certificates: each certificate's own, and how it is renewed. */
import type { RowHead } from "../../checks/check.ts";
import { fileItself, type Reads } from "../../checks/reads.ts";
import { namesApart } from "../../checks/texts.ts";
import { formatDuration } from "../../profile/duration.ts";
import type { TestRow } from "../row.ts";
import { renewable } from "./renewable.ts";
import { nothingStops } from "./renewal.ts";
import { back, method, timer } from "./renewal-checks.ts";
import type { CertificatesParams } from "./schema.ts";
import { served } from "./served.ts";
import { chain, each, expiry, isOpen, key, names, there } from "./verdicts.ts";
import type { CertificatesProbes, CertificatesView } from "./view.ts";

type CertificateCheck = TestRow<CertificatesParams, CertificatesProbes, CertificatesView | undefined>;

/** Of what services read at their start. */
const filesOfCertbot: Reads = {
  only: ["file"],
  because:
    "These are the files that services start with; what a port serves now `harden audit` asks there: tls.chain, tls.name, tls.expiry.",
};

const atRenewal: Reads = {
  only: ["file", "next start"],
  because: "certbot reads its configuration, and systemd its service, anew at each renewal.",
};

const live = "/etc/letsencrypt/live";
const show = (what: string) => `openssl x509 -noout ${what} -in ${live}/DOMAIN/fullchain.pem`;

const check = (
  head: RowHead & Pick<CertificateCheck, "reads">,
  test: CertificateCheck["test"],
): CertificateCheck => ({
  role: "audit",
  ...head,
  test,
});

export const checks: readonly CertificateCheck[] = [
  check(
    {
      role: "proof or audit",
      id: "certificates.modes",
      title: "Only root and the group reach private keys",
      reads: fileItself,
      severity: "high",
      criteria: ["CC6.1"],
      why: "Closed to the group, the service can't read its key; open to others, everybody is the service.",
      by: ["group", "domains"],
      leavesOpen: "root, the group and each backup of /etc/letsencrypt have the keys.",
      stricter:
        "0600 and TLS ended by what starts as root, such as nginx: containers that read a key themselves don't start.",
      look: `ls -lLd ${live} ${live}/* /etc/letsencrypt/archive/*/privkey*.pem ${live}/*/privkey.pem; find /etc/letsencrypt/keys /etc/letsencrypt/accounts -type f -ls`,
    },
    isOpen,
  ),
  check(
    {
      id: "certificates.there",
      title: "Each domain of the profile has a certificate",
      reads: filesOfCertbot,
      severity: "medium",
      why: "A service without its certificate doesn't start, or answers with another's.",
      by: ["domains"],
      leavesOpen:
        "One that is there may have ended, or be for another name: `expiry` and `names` are about that.",
      look: "certbot certificates",
    },
    there,
  ),
  check(
    {
      id: "certificates.expiry",
      title: "No certificate expires soon",
      reads: filesOfCertbot,
      severity: "high",
      moving: true,
      why: "An expired certificate shuts everybody out, on a day that was known three months before.",
      by: ["minValidity"],
      leavesOpen:
        "A stolen key is good until the certificate ends: most clients never ask whether it was revoked.",
      stricter:
        "`minValidity: 25d`: failed renewals are told after five days, and some that are only late as well.",
      look: show("-dates"),
    },
    each(({ minValidity }) => `at least ${formatDuration(minValidity)}`, expiry),
  ),
  check(
    {
      id: "certificates.chain",
      title: "Whoever comes can follow the signatures",
      reads: filesOfCertbot,
      severity: "medium",
      why: "Without the certificates between it and the root some clients refuse it, and browsers hide that. A key below RSA 2048 or EC 224, or a signature by MD5 or SHA-1, can be forged.",
      leavesOpen:
        "A root that a client doesn't know, and an authority's limits of names and of the chain's length (pathlen), pass.",
      look: `openssl verify -purpose sslserver -untrusted ${live}/DOMAIN/chain.pem ${live}/DOMAIN/cert.pem`,
    },
    each(() => "the whole chain", chain),
  ),
  check(
    {
      id: "certificates.key",
      title: "Each private key is that of its certificate",
      reads: filesOfCertbot,
      severity: "high",
      why: "With a key of another certificate the service doesn't start, most likely at the next renewal's reload.",
      leavesOpen: "They belong together; who else has a copy of the key nothing here tells.",
      stricter:
        "No `reuse_key` in the renewal's file, so that a copy is good for one period: TLSA records change with it.",
      look: `openssl pkey -pubout -in ${live}/DOMAIN/privkey.pem; ${show("-pubkey")}`,
    },
    each(() => "the same key", key),
  ),
  check(
    {
      id: "certificates.names",
      title: "Each certificate is for the domain that it is named after",
      reads: filesOfCertbot,
      severity: "medium",
      why: "Whoever comes by a name that it isn't for is warned, or turned away.",
      leavesOpen: "Whoever has the key is every name of the certificate, those that nobody looks at too.",
      stricter: namesApart,
      look: show("-ext subjectAltName"),
    },
    each(() => "its domain", names),
  ),
  check(
    {
      id: "certificates.timer",
      title: "Certificates are renewed by themselves",
      reads: ["process", "next start", "file"],
      severity: "high",
      why: "Nobody renews by hand for long: the certificate expires after three months.",
      leavesOpen:
        "The timer starts certbot; a renewal that fails each time looks the same until `expiry` tells.",
      stricter: "`harden audit HOST` every night from elsewhere: somebody has to read it.",
      look: "systemctl list-timers --all 'certbot*' 'snap.certbot*'; grep -r certbot /etc/cron.d /etc/cron.daily",
    },
    timer,
  ),
  check(
    {
      id: "certificates.renewable",
      title: "certbot renews each certificate by itself",
      reads: ["process", "file", "next start"],
      severity: "high",
      why: "The timer runs, certbot skips the certificate or fails each time, and it expires.",
      by: ["minValidity"],
      leavesOpen:
        "Its files allow it; whether the CA can reach the host is known at the next renewal, or by a trial.",
      stricter:
        "`harden renew HOST --dry-run` after each change: standalone stops the service for some seconds.",
      look: "grep -E '^(autorenew|renew_before_expiry|account|server|pref_challs|http01_port) ' /etc/letsencrypt/renewal/*.conf; ss -Htlnp 'sport = :80'; cat /etc/letsencrypt/cli.ini; ls /etc/letsencrypt/accounts/*/*",
    },
    renewable,
  ),
  check(
    {
      id: "certificates.renewal",
      title: "Each certificate is renewed as the profile says",
      reads: atRenewal,
      severity: "medium",
      why: "Hooks for one way don't help the other: the renewal fails, or stops a service for nothing.",
      by: ["renewal", "webroot"],
      leavesOpen: "The way is right, and may still fail on the day: nothing is proven by a look at a file.",
      stricter:
        "`harden renew HOST --dry-run` after each change: standalone stops the service for some seconds.",
      look: "grep -E 'authenticator|webroot' /etc/letsencrypt/renewal/*.conf",
    },
    method,
  ),
  check(
    {
      id: "certificates.webroot",
      title: "What certbot answers is served",
      reads: ["process"],
      severity: "medium",
      why: "certbot's answers are found by nobody, and nothing is renewed.",
      by: ["webroot", "renewal", "service"],
      leavesOpen:
        "The host answers itself; a firewall, a proxy or a name that leads elsewhere still keeps the CA away.",
      stricter:
        "`harden renew HOST --dry-run`, by which the CA itself asks: it counts towards the CA's limits of tries.",
      look: "curl -H 'Host: DOMAIN' http://127.0.0.1/.well-known/acme-challenge/README",
    },
    served,
  ),
  check(
    {
      id: "certificates.service-back",
      title: "What a renewal has stopped runs again",
      reads: {
        only: ["file"],
        because:
          "The hook that stops the service writes the file, and one that has started it again takes it away.",
      },
      severity: "high",
      criteria: ["A1.2"],
      why: "A renewal that was killed, or a host that was reset in the middle, leaves the service stopped.",
      by: ["service"],
      leavesOpen: "Nothing is stopped now; a renewal that is killed tomorrow stops it again.",
      stricter: nothingStops,
      look: "cat /etc/letsencrypt/harden-stopped-for-renewal; docker ps -a; systemctl --failed",
    },
    back,
  ),
];
