/** What is said of openings by several checks. */
import { type Opening, sourceText } from "../model.ts";
import { spanText } from "../network.ts";

export const portsText = ({ ports }: Opening) =>
  ports === undefined ? "ports that are not known yet" : spanText(ports);

export const opens = (opening: Opening) =>
  `${portsText(opening)} from ${opening.sources.map(sourceText).join(", ")}`;

export const tagIt = "Give it the tag tier, with the name of its tier.";

export const planLater = "Check it again after the apply: terraform show -json of the state.";

export const look = (filter: string) =>
  `aws ec2 describe-security-group-rules --query 'SecurityGroupRules[?IsEgress==\`false\`${filter}]'`;
