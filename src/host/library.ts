/** The collectors as texts: `collect.sh`, those that are long enough for a file of their own, and the kinds' own. */
import knownAccounts from "../kinds/account/known.sh";
import { kinds } from "../kinds/index.ts";
import keysReader from "../kinds/keys/reader.sh";
import purgeLoses from "../kinds/package/loses.sh";
import wantedPackages from "../kinds/package/wanted.sh";
import beside from "./beside.sh";
import accountKeys from "./collect/account-keys.sh";
import accounts from "./collect/accounts.sh";
import acme from "./collect/acme.sh";
import apt from "./collect/apt.sh";
import aptHooks from "./collect/apt-hooks.sh";
import audit from "./collect/audit.sh";
import auditLog from "./collect/audit-log.sh";
import bootFiles from "./collect/boot-files.sh";
import bootFilter from "./collect/boot-filter.sh";
import bootRelative from "./collect/boot-relative.sh";
import bootUsers from "./collect/boot-users.sh";
import certificates from "./collect/certificates.sh";
import chroots from "./collect/chroots.sh";
import containers from "./collect/containers.sh";
import containersSecrets from "./collect/containers-secrets.sh";
import docker from "./collect/docker.sh";
import emptyHashes from "./collect/empty-hashes.sh";
import engineAuthorities from "./collect/engine-authorities.sh";
import engineSockets from "./collect/engine-sockets.sh";
import fail2ban from "./collect/fail2ban.sh";
import fail2banBarred from "./collect/fail2ban-barred.sh";
import fail2banFiles from "./collect/fail2ban-files.sh";
import fail2banFilter from "./collect/fail2ban-filter.sh";
import fail2banHeard from "./collect/fail2ban-heard.sh";
import fail2banLoads from "./collect/fail2ban-loads.sh";
import hashCopies from "./collect/hash-copies.sh";
import inventory from "./collect/inventory.sh";
import inventoryConfigured from "./collect/inventory-configured.sh";
import inventoryFiles from "./collect/inventory-files.sh";
import inventoryPam from "./collect/inventory-pam.sh";
import inventoryRaw from "./collect/inventory-raw.sh";
import inventoryRuns from "./collect/inventory-runs.sh";
import inventorySources from "./collect/inventory-sources.sh";
import inventoryWritable from "./collect/inventory-writable.sh";
import journal from "./collect/journal.sh";
import keySources from "./collect/key-sources.sh";
import logRotation from "./collect/log-rotation.sh";
import logging from "./collect/logging.sh";
import network from "./collect/network.sh";
import nextRules from "./collect/next-rules.sh";
import openHashes from "./collect/open-hashes.sh";
import pam from "./collect/pam.sh";
import pending from "./collect/pending.sh";
import programs from "./collect/programs.sh";
import relay from "./collect/relay.sh";
import renewal from "./collect/renewal.sh";
import renewalNext from "./collect/renewal-next.sh";
import serviceAuth from "./collect/service-auth.sh";
import servicePorts from "./collect/service-ports.sh";
import sockets from "./collect/sockets.sh";
import sshServers from "./collect/ssh-servers.sh";
import sshd from "./collect/sshd.sh";
import sshdHeard from "./collect/sshd-heard.sh";
import sshdSamples from "./collect/sshd-samples.sh";
import sshdStart from "./collect/sshd-start.sh";
import sudo from "./collect/sudo.sh";
import units from "./collect/units.sh";
import worldWritable from "./collect/world-writable.sh";
import base from "./collect.sh";
import { partsOf } from "./parts.ts";
import runs from "./runs.sh";
import storage from "./storage.sh";
import walk from "./walk.sh";
import xattr from "./xattr.sh";

/** Not copied until it is sent, as `join` would. */
const joined = (texts: readonly string[]) => texts.reduce((before, text) => `${before}\n${text}`);

const ofKinds = kinds.map(({ shell }) => partsOf(shell).collect);

/** What the probes of a plan call. */
export const planLibrary: string = joined([
  ...[
    base,
    xattr,
    walk,
    sshd,
    sshdSamples,
    sshdStart,
    accounts,
    sudo,
    pam,
    accountKeys,
    storage,
    journal,
    apt,
    audit,
    network,
    relay,
    sockets,
    nextRules,
    fail2ban,
    fail2banFiles,
    fail2banFilter,
    fail2banHeard,
    fail2banBarred,
    units,
    worldWritable,
    certificates,
    renewal,
    auditLog,
    logging,
    docker,
    runs,
    knownAccounts,
    beside,
    keysReader,
    purgeLoses,
    wantedPackages,
  ],
  ...ofKinds,
]);

/** What only checks ask for. */
const ofChecks = [
  chroots,
  fail2banLoads,
  acme,
  aptHooks,
  bootRelative,
  bootFiles,
  bootFilter,
  bootUsers,
  inventory,
  inventoryFiles,
  inventoryRaw,
  inventoryRuns,
  inventorySources,
  inventoryWritable,
  inventoryConfigured,
  pending,
  inventoryPam,
  programs,
  sshServers,
  logRotation,
  sshdHeard,
  emptyHashes,
  openHashes,
  hashCopies,
  keySources,
  renewalNext,
  engineAuthorities,
  engineSockets,
  containers,
  containersSecrets,
  serviceAuth,
  servicePorts,
];

/** All of it. */
export const library: string = joined([planLibrary, ...ofChecks]);
