/** What ANSSI's BP-028 asks for by number, in words of our own; of the numbers that checks have. */
export const anssi = "ANSSI BP-028";

export const recommendations: Readonly<Record<string, string>> = {
  R12: "The kernel's network settings are those of a host, not of a router",
  R30: "Accounts that nobody uses open nothing",
  R32: "Sessions that nobody uses end",
  R33: "Who did what as an administrator can be told",
  R39: "sudo gives what is needed",
  R50: "Files that matter have the modes that they need",
  R54: "Folders that everybody may write to keep each user's files apart",
  R61: "Updates come regularly",
  R67: "Whoever comes from afar is proven by PAM in a safe way",
  R71: "There is a system of logs",
  R73: "auditd records what happens",
  R74: "Mail of the host stays on the host",
  R78: "Services of the network are kept apart",
  R79: "Services that are exposed are hardened and watched",
  R80: "Few services are reached from the network",
};
