/** What is said of each check of certificates. */
import type { Abouts } from "../about.ts";

const live = "/etc/letsencrypt/live";
const show = (what: string) => `openssl x509 -noout ${what} -in ${live}/DOMAIN/fullchain.pem`;

export const about: Abouts = {
  group: {
    why: "A container that isn't root reads the key by a group, which it knows by its number alone.",
    by: ["group", "gid"],
    look: "getent group ssl-docker",
  },
  modes: {
    why: "Closed to the group, the service can't read its key; open to others, everybody is the service.",
    by: ["group", "domains"],
    look: `ls -lLd ${live} ${live}/* /etc/letsencrypt/archive/*/privkey*.pem`,
  },
  there: {
    why: "A service without its certificate doesn't start, or answers with another's.",
    by: ["domains"],
    look: "certbot certificates",
  },
  expiry: {
    why: "An expired certificate shuts everybody out, on a day that was known three months before.",
    by: ["minValidity"],
    look: show("-dates"),
  },
  chain: {
    why: "Without the certificates between it and the root some clients refuse it, and browsers hide that.",
    look: `openssl crl2pkcs7 -nocrl -certfile ${live}/DOMAIN/fullchain.pem | openssl pkcs7 -print_certs -noout`,
  },
  key: {
    why: "With a key of another certificate the service doesn't start, most likely at the next renewal's reload.",
    look: `openssl pkey -pubout -in ${live}/DOMAIN/privkey.pem; ${show("-pubkey")}`,
  },
  hooks: {
    why: "Without them a standalone renewal finds port 80 taken, or leaves the service with the old certificate.",
    breaks: "The service is away while certbot proves the domains, for some seconds.",
    by: ["renewal", "service", "webroot"],
    look: "ls -l /etc/letsencrypt/renewal-hooks/*/",
  },
  timer: {
    why: "Nobody renews by hand for long: the certificate expires after three months.",
    look: "systemctl list-timers --all 'certbot*' 'snap.certbot*'",
  },
  renewal: {
    why: "Hooks for one way don't help the other: the renewal fails, or stops a service for nothing.",
    by: ["renewal", "webroot"],
    look: "grep -E 'authenticator|webroot' /etc/letsencrypt/renewal/*.conf",
  },
  webroot: {
    why: "certbot's answers are found by nobody, and nothing is renewed.",
    by: ["webroot", "renewal", "service"],
    look: "nginx -T | grep -A3 acme-challenge",
  },
  "service-back": {
    why: "A renewal that was killed has left the service stopped.",
    by: ["service"],
    look: "cat /run/harden-stopped-for-renewal",
  },
  names: {
    why: "Whoever comes by a name that it isn't for is warned, or turned away.",
    look: show("-ext subjectAltName"),
  },
};
