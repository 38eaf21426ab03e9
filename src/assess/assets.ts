/** What matters on a host, and which layers guard it: if one fails, another should hold. Pure. */

import type { Layer } from "../checks/check.ts";
import { isBad } from "./assess.ts";
import type { CheckReport } from "./report.ts";

export type AssetName = "login" | "database" | "secret";

interface Guard {
  readonly layer: Layer;
  /** What it does where all of these hold. */
  readonly does: string;
  /** Ids of checks; each that is there has to pass, and one at least. */
  readonly checks: readonly string[];
}

interface Kind {
  readonly asset: AssetName;
  /** It is there where one of these was applicable; always, where none is named. */
  readonly shownBy: readonly string[];
  readonly guards: readonly Guard[];
}

const kinds: readonly Kind[] = [
  {
    asset: "login",
    shownBy: [],
    guards: [
      {
        layer: "host",
        does: "a key is needed, and root's password opens nothing",
        checks: [
          "ssh.password-authentication",
          "ssh.keyboard-interactive",
          "ssh.empty-passwords",
          "ssh.permit-root-login",
        ],
      },
      {
        layer: "network",
        does: "only known networks reach it",
        checks: [
          "firewall.enabled",
          "firewall.default-incoming-ipv4",
          "firewall.default-incoming-ipv6",
          "firewall.ssh-from-anywhere",
        ],
      },
      {
        layer: "runtime",
        does: "no container can become the host's root",
        checks: [
          "containers.privileged",
          "containers.docker-socket",
          "containers.sensitive-mounts",
          "containers.namespaces",
        ],
      },
    ],
  },
  {
    asset: "database",
    shownBy: ["networks.database", "exposure.internal-only"],
    guards: [
      {
        layer: "host",
        does: "the host's firewall drops what nobody has asked for",
        checks: ["firewall.enabled", "firewall.default-incoming-ipv4", "firewall.default-incoming-ipv6"],
      },
      {
        layer: "network",
        does: "it is on internal networks, and no port of it is published",
        checks: ["networks.database", "exposure.internal-only", "exposure.reached"],
      },
      {
        layer: "application",
        does: "it asks for a password that nobody can guess",
        checks: ["auth.postgres", "auth.redis"],
      },
    ],
  },
  {
    asset: "secret",
    shownBy: ["secrets.found", "secrets.visible", "secrets.encrypted"],
    guards: [
      {
        layer: "host",
        does: "files of passwords and keys are root's",
        checks: ["permissions.hashes", "permissions.login-keys", "permissions.world-writable"],
      },
      {
        layer: "runtime",
        does: "who breaks into a container is no root there, and gains no rights",
        checks: ["containers.user", "containers.capabilities", "containers.no-new-privileges"],
      },
      {
        layer: "application",
        does: "no secret stands in the environment, a command or an image",
        checks: ["secrets.found", "secrets.visible"],
      },
    ],
  },
];

export interface Asset {
  readonly asset: AssetName;
  readonly guards: readonly {
    readonly layer: Layer;
    readonly does: string;
    /** Of the checks that must hold: those that don't, or were not measured; empty where it guards. */
    readonly open: readonly string[];
  }[];
}

type Seen = Pick<CheckReport, "id" | "verdict">;

/** What is there, with the layers that could guard it: a layer of which nothing was applicable is left out. */
export function assetsOf(checks: readonly Seen[]): readonly Asset[] {
  const of = (ids: readonly string[]) =>
    checks.filter(({ id, verdict }) => ids.includes(id) && verdict !== "not applicable");
  return kinds
    .filter(({ shownBy }) => shownBy.length === 0 || of(shownBy).length > 0)
    .map(({ asset, guards }) => ({
      asset,
      guards: guards
        .filter((guard) => of(guard.checks).length > 0)
        .map(({ layer, does, checks }) => ({
          ...{ layer, does },
          open: [
            ...new Set(
              of(checks)
                .filter(isBad)
                .map(({ id }) => id),
            ),
          ].sort(),
        })),
    }));
}

export const guarding = ({ guards }: Asset): readonly Layer[] =>
  guards.filter(({ open }) => open.length === 0).map(({ layer }) => layer);

/** All the named checks, for a test that each is there. */
export const guardChecks: readonly string[] = kinds.flatMap(({ shownBy, guards }) => [
  ...shownBy,
  ...guards.flatMap(({ checks }) => checks),
]);
