/** What an IAM policy's text grants that nobody has named. Pure. */
import { blocksOf, isRecord, stringsOf, type TerraformValues } from "./document.ts";

/** Administrators' policies of AWS itself, by the end of their address. */
const everything =
  /^arn:aws[\w-]*:iam::aws:policy\/(?:.*\/)?(?:AdministratorAccess|PowerUserAccess|IAMFullAccess|\w+FullAccess)(?:$|-)/;

export const isAdministrators = (arn: string): boolean => everything.test(arn);

/** What reads lists of things has no narrower resource in AWS. */
const reads = /^[\w-]+:(?:List|Describe|Get|BatchGet)[\w*]*$/;
const listing = /^[\w-]+:(?:List|Describe)[\w*]*$/;

const wide = (action: string) => action.includes("*") && !reads.test(action);

/** Each thing in it that is not named; undefined where it is no policy. */
export function grantsOf(text: string): readonly string[] | undefined {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(policy) || policy.Statement === undefined) return undefined;
  return blocksOf(policy.Statement).flatMap(statement);
}

function statement(each: TerraformValues): readonly string[] {
  if (each.Effect !== "Allow") return [];
  const actions = stringsOf(each.Action);
  const resources = stringsOf(each.Resource);
  return [
    ...actions.filter(wide).map((action) => `the action ${action}`),
    ...("NotAction" in each ? ["every action but those that it names (NotAction)"] : []),
    ...("NotResource" in each ? ["every resource but those that it names (NotResource)"] : []),
    ...(resources.some((one) => /^\*+$/.test(one) || /^arn:[^:]*:[^:]*:[^:]*:[^:]*:\*+$/.test(one)) &&
    !(actions.length > 0 && actions.every((action) => listing.test(action)))
      ? ["the resource *"]
      : []),
    ...(stringsOf(isRecord(each.Principal) ? Object.values(each.Principal).flat() : each.Principal).includes(
      "*",
    )
      ? ["anybody as its principal"]
      : []),
  ];
}
