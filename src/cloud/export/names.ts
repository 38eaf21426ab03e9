/** Identifiers made of names, each its own. Pure. */

/** As Terraform wants them: letters, digits and _, beginning with a letter. Those that would be alike get a number. */
export function identifiers(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const plain = name.replace(/[^A-Za-z0-9_]/g, "_").replace(/^(?![A-Za-z])/, "t_");
    let own = plain;
    for (let number = 2; taken.has(own); number++) own = `${plain}_${number}`;
    taken.add(own);
    return own;
  });
}

/** Text that Terraform takes as it is: no template begins in it. */
export const literal = (text: string): string => text.replaceAll("${", "$${").replaceAll("%{", "%%{");

/** What AWS takes as a rule's description: 255 characters of a few kinds. */
export const described = (text: string): string =>
  text.replace(/[^A-Za-z0-9 ._:/()#,@+=&;!$*-]/g, "?").slice(0, 255);
