/** What ANSSI's BP-028 asks for by number, in words of our own; of the numbers that checks have. */
export const anssi = "ANSSI BP-028";

export const recommendations: Readonly<Record<string, string>> = {
  R12: "The kernel's network settings are those of a host, not of a router",
  R30: "Accounts that nobody uses open nothing",
  R32: "Sessions that nobody uses end",
  R33: "Who did what as an administrator can be told",
  R38: "Few may use what makes them root",
  R39: "sudo is set up with care",
  R50: "Files that matter have the modes that they need",
  R54: "Folders that everybody may write to keep each user's files apart",
  R56: "Few programs run with the rights of their owner",
  R59: "Packages come from sources that are trusted",
  R61: "Updates come regularly",
  R67: "PAM proves who comes from afar by a safe protocol",
  R71: "Logs are gathered by a system that was set up for it",
  R73: "auditd records what happens",
  R78: "Services of the network are kept apart",
  R79: "Services that are exposed are hardened and watched",
  R80: "Services are few, and listen only where they are needed",
};
