/** What is said of each check of certificates. */
import { type Abouts, namesApart, ownMounts } from "../about.ts";

const live = "/etc/letsencrypt/live";
const show = (what: string) => `openssl x509 -noout ${what} -in ${live}/DOMAIN/fullchain.pem`;

const nothingStops = "`renewal: webroot`, which stops nothing: a web server has to serve the folder.";

export const about: Abouts = {
  group: {
    why: "A container that isn't root reads the key by a group, which it knows by its number alone.",
    by: ["group", "gid"],
    leavesOpen:
      "Each member of the group, and each container with its number in `group_add`, reads every key.",
    stricter: ownMounts,
    look: "getent group ssl-docker",
  },
  modes: {
    why: "Closed to the group, the service can't read its key; open to others, everybody is the service.",
    by: ["group", "domains"],
    leavesOpen: "root, the group and each backup of /etc/letsencrypt have the keys.",
    stricter:
      "0600 and TLS ended by what starts as root, such as nginx: containers that read a key themselves don't start.",
    look: `ls -lLd ${live} ${live}/* /etc/letsencrypt/archive/*/privkey*.pem`,
  },
  there: {
    why: "A service without its certificate doesn't start, or answers with another's.",
    by: ["domains"],
    leavesOpen:
      "One that is there may have ended, or be for another name: `expiry` and `names` are about that.",
    stricter: undefined,
    look: "certbot certificates",
  },
  expiry: {
    why: "An expired certificate shuts everybody out, on a day that was known three months before.",
    by: ["minValidity"],
    leavesOpen:
      "A stolen key is good until the certificate ends: most clients never ask whether it was revoked.",
    stricter:
      "`minValidity: 25d`: failed renewals are told after five days, and some that are only late as well.",
    look: show("-dates"),
  },
  chain: {
    why: "Without the certificates between it and the root some clients refuse it, and browsers hide that.",
    leavesOpen: "The chain is whole; whether a client knows its root is the client's matter.",
    stricter: undefined,
    look: `openssl crl2pkcs7 -nocrl -certfile ${live}/DOMAIN/fullchain.pem | openssl pkcs7 -print_certs -noout`,
  },
  key: {
    why: "With a key of another certificate the service doesn't start, most likely at the next renewal's reload.",
    leavesOpen: "They belong together; who else has a copy of the key nothing here tells.",
    stricter:
      "No `reuse_key` in the renewal's file, so that a copy is good for one period: TLSA records change with it.",
    look: `openssl pkey -pubout -in ${live}/DOMAIN/privkey.pem; ${show("-pubkey")}`,
  },
  hooks: {
    why: "Without them a standalone renewal finds port 80 taken, or leaves the service with the old certificate.",
    breaks: "The service is away while certbot proves the domains, for some seconds.",
    by: ["renewal", "service", "webroot"],
    leavesOpen: "Hooks run as root: whoever can write below renewal-hooks is root at the next renewal.",
    stricter: nothingStops,
    look: "ls -l /etc/letsencrypt/renewal-hooks/*/",
  },
  timer: {
    why: "Nobody renews by hand for long: the certificate expires after three months.",
    leavesOpen:
      "The timer starts certbot; a renewal that fails each time looks the same until `expiry` tells.",
    stricter: "`harden audit HOST` every night from elsewhere: somebody has to read it.",
    look: "systemctl list-timers --all 'certbot*' 'snap.certbot*'",
  },
  renewal: {
    why: "Hooks for one way don't help the other: the renewal fails, or stops a service for nothing.",
    by: ["renewal", "webroot"],
    leavesOpen: "The way is right, and may still fail on the day: nothing is proven by a look at a file.",
    stricter:
      "`harden renew HOST --dry-run` after each change: standalone stops the service for some seconds.",
    look: "grep -E 'authenticator|webroot' /etc/letsencrypt/renewal/*.conf",
  },
  webroot: {
    why: "certbot's answers are found by nobody, and nothing is renewed.",
    by: ["webroot", "renewal", "service"],
    leavesOpen:
      "nginx would answer; a firewall, a proxy or a name that leads elsewhere still keeps the CA away.",
    stricter:
      "`harden renew HOST --dry-run`, by which the CA itself asks: it counts towards the CA's limits of tries.",
    look: "nginx -T | grep -A3 acme-challenge",
  },
  "service-back": {
    why: "A renewal that was killed has left the service stopped.",
    by: ["service"],
    leavesOpen: "Nothing is stopped now; a renewal that is killed tomorrow stops it again.",
    stricter: nothingStops,
    look: "cat /run/harden-stopped-for-renewal",
  },
  names: {
    why: "Whoever comes by a name that it isn't for is warned, or turned away.",
    leavesOpen: "Whoever has the key is every name of the certificate, those that nobody looks at too.",
    stricter: namesApart,
    look: show("-ext subjectAltName"),
  },
};
