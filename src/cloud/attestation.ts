/** What only a person can say: who said it, when, until when, and where the evidence is. Pure. */
import type { ObjectResult } from "../checks/object.ts";
import type { CloudSeen } from "./check.ts";

const lines = (id: string) =>
  `Look at it, and write under attestations of the project file who did: {line: ${id}, who: NAME, when: DAY, until: DAY, evidence: WHERE}.`;

/** The one that counts for longest answers. */
export function attested(id: string, { attestations, today }: CloudSeen): ObjectResult {
  const own = attestations.filter(({ line }) => line === id).sort((a, b) => b.until.localeCompare(a.until));
  const [first] = own
    .filter(({ when, until }) => when <= today && when <= until && today <= until)
    .concat(own);
  if (first === undefined)
    return {
      object: "",
      verdict: "error",
      found: "no Terraform says it, and nobody has attested it",
      remedy: lines(id),
    };
  const { who, when, until, evidence, at } = first;
  const place = at === undefined ? {} : { at };
  const wrong =
    when > today
      ? `is dated ${when}, which is still to come`
      : until < when
        ? `ends on ${until}, before it was made on ${when}`
        : undefined;
  if (wrong !== undefined)
    return {
      object: "",
      ...place,
      verdict: "error",
      found: `the attestation of ${who} ${wrong}`,
      remedy: lines(id),
    };
  if (until < today)
    return {
      object: "",
      ...place,
      verdict: "fail",
      found: `the attestation of ${who} is over since ${until}`,
      remedy: lines(id),
    };
  return {
    object: "",
    ...place,
    verdict: "pass",
    found: `attested by ${who} on ${when}, until ${until}: ${evidence}`,
  };
}
