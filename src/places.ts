/** Where profiles are looked for, with what reads and checks them; loaded when a command asks for a profile. */
export async function placesFrom(cwd: string, packagedDir: string) {
  const [{ nodeFiles }, { gitRoot, gitState }, { controls }] = await Promise.all([
    import("./profile/files.ts"),
    import("./profile/git.ts"),
    import("./controls/index.ts"),
  ]);
  const root = await gitRoot(cwd);
  return { ...nodeFiles, git: gitState, sections: controls, cwd, root, packagedDir };
}
