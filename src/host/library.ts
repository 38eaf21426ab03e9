/** All collectors as one text: `collect.sh`, then those that are long enough for a file of their own. */
import accounts from "./collect/accounts.sh";
import sshd from "./collect/sshd.sh";
import base from "./collect.sh";

export const library = [base, sshd, accounts].join("\n");
