/** All collectors as one text: `collect.sh`, those that are long enough for a file of their own, and the kinds' own. */
import { kinds } from "../kinds/index.ts";
import accounts from "./collect/accounts.sh";
import fail2ban from "./collect/fail2ban.sh";
import journal from "./collect/journal.sh";
import network from "./collect/network.sh";
import nextRules from "./collect/next-rules.sh";
import sshd from "./collect/sshd.sh";
import sshdStart from "./collect/sshd-start.sh";
import units from "./collect/units.sh";
import base from "./collect.sh";
import { partsOf } from "./parts.ts";

const ofKinds = kinds.map(({ shell }) => partsOf(shell).collect);

export const library = [
  ...[base, sshd, sshdStart, accounts, journal, network, nextRules, fail2ban, units],
  ...ofKinds,
].join("\n");
