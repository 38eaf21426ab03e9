/** Identifiers made of names, each its own. Pure. */

/** As Terraform wants them: letters, digits, _ and -, beginning with a letter. Names that become alike get a number. */
export function identifiers(names: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  const found = new Map<string, string>();
  for (const name of names) {
    if (found.has(name)) continue;
    const plain = name.replace(/[^A-Za-z0-9_]/g, "_").replace(/^(?![A-Za-z])/, "t_");
    let own = plain;
    for (let number = 2; taken.has(own); number++) own = `${plain}_${number}`;
    taken.add(own);
    found.set(name, own);
  }
  return found;
}

/** Text that Terraform takes as it is: no template begins in it. */
export const literal = (text: string): string => text.replaceAll("${", "$${").replaceAll("%{", "%%{");

/** What AWS takes as a rule's description: 255 characters of a few kinds. */
export const described = (text: string): string =>
  text.replace(/[^A-Za-z0-9 ._:/()#,@+=&;!$*-]/g, "?").slice(0, 255);
