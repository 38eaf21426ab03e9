/** What the answers of a host's ports are judged by: who may come, and what TLS they speak. Pure. */
import {
  type ObjectCheck,
  type ObjectResult,
  type ObjectRow,
  objectCheck,
  resultOf,
} from "../checks/object.ts";
import { namesApart } from "../checks/texts.ts";
import { type AskedDoor, answerText, isOpen, tlsOf } from "./doors.ts";
import { nowhere } from "./nodes.ts";

export interface DoorsSeen {
  readonly doors: readonly AskedDoor[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The name that TLS was asked for. */
  readonly name: string | undefined;
}

type DoorCheck = ObjectCheck<DoorsSeen>;

const at = nowhere;
const objectOf = ({ port, of }: AskedDoor) => `${port}/tcp${of === "" ? "" : ` (${of})`}`;

/** One result a door: what is wrong with it, nothing, or that it isn't about it. */
const eachDoor =
  (look: (door: AskedDoor, outside: DoorsSeen) => { found: string; remedy: string } | string | undefined) =>
  (outside: DoorsSeen): readonly ObjectResult[] => {
    const results = outside.doors.flatMap((door): readonly ObjectResult[] => {
      const seen = look(door, outside);
      const object = objectOf(door);
      if (seen === undefined) return [];
      if (typeof seen === "string") return [{ object, at, verdict: "pass", found: seen }];
      return [resultOf(object, { at, ...seen })];
    });
    if (results.length > 0) return results;
    return [{ object: "", at, verdict: "not applicable", found: "no such port answers from here" }];
  };

const day = 86_400_000;
/** As `certificates.expiry` has it. */
const leastDays = 14;

const renew = "See harden renew HOST --dry-run.";

const all: readonly ObjectRow<DoorCheck>[] = [
  {
    id: "exposure.reached",
    title: "No database, cache or queue answers from here",
    opens: true,
    cause: "published database",
    severity: "high",
    answers: ["network.ports", "deployed.ports"],
    guards: ["database.network"],
    role: "audit",
    expected: "no answer at what such a container publishes",
    why: "What answers to one stranger answers to all who come the same way. Asked from where this runs: a closed port may be open to others.",
    breaks:
      "Whoever uses it from outside: let them come through the application, a tunnel or a rule with their address.",
    leavesOpen: "It was asked from one place, over one address: others may be answered.",
    stricter: "The same from each network that matters, and from outside: a run for each.",
    look: "nc -vz -w 4 HOST PORT",
    test: eachDoor((door) => {
      if (door.role !== "data") return undefined;
      if (!isOpen(door)) return answerText(door);
      return {
        found: `it answers from here: ${answerText(door)}`,
        remedy:
          "Publish nothing; where others must come, firewall.rules with from, and firewall.published: rules.",
      };
    }),
  },
  {
    id: "tls.versions",
    title: "TLS is 1.2 or newer",
    severity: "high",
    answers: ["network.tls", "deployed.tls"],
    role: "audit",
    expected: "no handshake with TLS 1.1 or older (RFC 8996)",
    why: "Older versions have known ways to be read or changed on the way.",
    breaks: "Clients that know nothing newer: browsers of before 2014.",
    leavesOpen: "TLS 1.2 with old suites (CBC, or RSA for the key) passes.",
    stricter: "`ssl_protocols TLSv1.3;`: clients of before 2018 are out.",
    look: "openssl s_client -tls1_1 -connect HOST:PORT",
    test: eachDoor((door) => {
      const seen = tlsOf(door);
      if (seen === undefined) return undefined;
      if (!seen.takesOld) return `${seen.protocol}, nothing older than TLS 1.2`;
      return {
        found: "it takes TLS 1.1 or older",
        remedy: "nginx: ssl_protocols TLSv1.2 TLSv1.3; of others the same setting.",
      };
    }),
  },
  {
    id: "tls.chain",
    title: "The certificate is one that clients believe",
    severity: "high",
    answers: ["network.tls", "deployed.tls"],
    role: "audit",
    expected: "a chain to a root that this machine knows, or to the one of --ca",
    why: "Who gets used to warnings passes over the one that counts. A chain without its middle works in some browsers only.",
    leavesOpen: "Any CA that clients know can sign for the name, and they believe each.",
    stricter:
      "CAA records with `accounturi`, and an eye on certificate transparency: changing the CA begins in DNS.",
    look: "openssl s_client -connect HOST:PORT -servername NAME -verify_return_error </dev/null",
    test: eachDoor((door) => {
      const seen = tlsOf(door);
      if (seen === undefined) return undefined;
      if (seen.untrusted === undefined) return "believed";
      return {
        found: `not believed: ${seen.untrusted}`,
        remedy: "Serve fullchain.pem of a CA that clients know; a CA of your own is named by --ca.",
      };
    }),
  },
  {
    id: "tls.name",
    title: "The certificate is the host's",
    severity: "high",
    answers: ["network.tls", "deployed.tls"],
    role: "audit",
    expected: "the name that it is asked by among its names",
    why: "A client that looks at the name refuses it, and one that doesn't talks to anybody.",
    leavesOpen: "Who has the key is every name of the certificate.",
    stricter: namesApart,
    look: "openssl s_client -connect HOST:PORT -servername NAME </dev/null | openssl x509 -noout -ext subjectAltName",
    test: eachDoor((door, { name }) => {
      const seen = tlsOf(door);
      if (seen === undefined || name === undefined) return undefined;
      if (seen.misnamed === undefined) return `of ${name}`;
      return {
        found: `not of ${name}: ${seen.misnamed}`,
        remedy: "Give audit the name that clients use by --name, or the server the certificate of this one.",
      };
    }),
  },
  {
    id: "tls.expiry",
    title: "The certificate is good for two more weeks",
    severity: "medium",
    answers: ["network.tls", "deployed.tls"],
    moving: true,
    role: "audit",
    expected: `valid for more than ${leastDays} days`,
    why: "Certbot renews 30 days before: what is nearer to its end wasn't renewed, or the service still has the old one.",
    leavesOpen:
      "A stolen key is good until the certificate ends: most clients never ask whether it was revoked.",
    stricter: "`harden audit HOST` every night: somebody has to read it.",
    look: "openssl s_client -connect HOST:PORT </dev/null | openssl x509 -noout -enddate",
    test: eachDoor((door, { now }) => {
      const until = tlsOf(door)?.until;
      if (until === undefined) return undefined;
      const days = Math.floor((until - now) / day);
      if (days > leastDays) return `valid for ${days} days`;
      const found = days < 0 ? `over since ${-days} days` : `over in ${days} days`;
      return { found, remedy: `Renew it, and have the service read it. ${renew}` };
    }),
  },
  {
    id: "tls.redirect",
    title: "Nothing is told without TLS",
    severity: "medium",
    answers: ["network.tls", "deployed.tls"],
    role: "audit",
    expected: "HTTP only sends on to https://",
    why: "What goes over HTTP is read and changed by whoever is on the way.",
    breaks: "Programs that don't follow: give them the address with https.",
    leavesOpen: "The first request goes in plain: who is on the way answers in the server's place.",
    stricter:
      "HSTS (`Strict-Transport-Security: max-age=63072000; includeSubDomains`): no name below it works without TLS for two years.",
    look: "curl -sI http://HOST:PORT/",
    test: eachDoor(({ answer }) => {
      if (answer.is !== "http") return undefined;
      const { status, location = "" } = answer;
      if (status >= 300 && status < 400 && /^https:\/\//i.test(location)) return `${status} to https://`;
      return {
        found: `it answers by HTTP: ${status}${location === "" ? "" : ", and sends to no https://"}`,
        remedy: "nginx: return 301 https://$host$request_uri; or close the port to the outside.",
      };
    }),
  },
];

export const doorChecks = all.map(objectCheck<DoorCheck>);
