/** The catalogue of ssh checks. */
import { references } from "../references.ts";
import { startsAtBoot } from "./at-boot.ts";
import { configMode, hostKeyModes, portCheck, running, type SshCheck, start } from "./check.ts";
import { keywordCheck } from "./keyword.ts";

const numbers = (cis12: string, cis13: string = cis12, anssi?: string) =>
  references({ cis12, cis13, ...(anssi === undefined ? {} : { anssi }) });

export const checks: readonly SshCheck[] = [
  keywordCheck(
    {
      id: "ssh.password-authentication",
      title: "Passwords open no login",
      severity: "high",
      references: references({ anssi: "R67" }),
    },
    "passwordauthentication",
  ),
  keywordCheck(
    { id: "ssh.pubkey-authentication", title: "Keys open a login", severity: "medium" },
    "pubkeyauthentication",
  ),
  keywordCheck(
    {
      id: "ssh.permit-root-login",
      title: "root gets in as the profile says",
      severity: "high",
      references: numbers("5.1.20", "5.1.21", "R33"),
    },
    "permitrootlogin",
  ),
  keywordCheck(
    {
      id: "ssh.max-auth-tries",
      title: "Few tries a connection",
      severity: "medium",
      references: numbers("5.1.16", "5.1.17"),
    },
    "maxauthtries",
  ),
  keywordCheck(
    {
      id: "ssh.keyboard-interactive",
      title: "PAM asks no questions that a password could answer",
      severity: "high",
      references: references({ anssi: "R67" }),
    },
    ({ old }) => (old ? "challengeresponseauthentication" : "kbdinteractiveauthentication"),
  ),
  keywordCheck(
    {
      id: "ssh.use-pam",
      title: "Accounts and sessions go through PAM",
      severity: "medium",
      references: numbers("5.1.22", "5.1.23", "R67"),
    },
    "usepam",
  ),
  keywordCheck(
    {
      id: "ssh.client-alive-interval",
      title: "Silent clients are asked",
      severity: "low",
      references: numbers("5.1.7", "5.1.7", "R32"),
    },
    "clientaliveinterval",
  ),
  keywordCheck(
    {
      id: "ssh.client-alive-count-max",
      title: "Dead clients are dropped",
      severity: "low",
      references: numbers("5.1.7", "5.1.7", "R32"),
    },
    "clientalivecountmax",
  ),
  portCheck,
  keywordCheck(
    {
      id: "ssh.allow-users",
      title: "Only the users of the profile may log in",
      severity: "medium",
      references: numbers("5.1.4", "5.1.4", "R79"),
    },
    "allowusers",
  ),
  keywordCheck(
    {
      id: "ssh.allow-groups",
      title: "Only the groups of the profile may log in",
      severity: "medium",
      references: numbers("5.1.4", "5.1.4", "R79"),
    },
    "allowgroups",
  ),
  keywordCheck(
    {
      id: "ssh.kex",
      title: "Key exchanges of the profile",
      severity: "medium",
      references: numbers("5.1.12"),
    },
    "kexalgorithms",
  ),
  keywordCheck(
    { id: "ssh.ciphers", title: "Ciphers of the profile", severity: "medium", references: numbers("5.1.6") },
    "ciphers",
  ),
  keywordCheck(
    {
      id: "ssh.macs",
      title: "Message authentication codes of the profile",
      severity: "medium",
      references: numbers("5.1.15", "5.1.16"),
    },
    "macs",
  ),
  keywordCheck(
    { id: "ssh.host-key-algorithms", title: "Host key signatures of the profile", severity: "low" },
    "hostkeyalgorithms",
  ),
  configMode,
  hostKeyModes,
  running,
  start,
  startsAtBoot,
];
