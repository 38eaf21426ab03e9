/** What matters on a host, and which layers guard it: each check's record says which of these it is part of. */
import type { Layer } from "./layers.ts";

interface AssetKind {
  readonly asset: string;
  /** It is there whatever was found; of another one a check tells by its record's `shows`. */
  readonly always?: true;
  readonly guards: readonly {
    readonly layer: Layer;
    /** What it does where all of its checks hold. */
    readonly does: string;
  }[];
}

export const assets = [
  {
    asset: "login",
    always: true,
    guards: [
      {
        layer: "host",
        does: "a key is needed, and root's password opens nothing",
      },
      {
        layer: "network",
        does: "only known networks reach it",
      },
      {
        layer: "runtime",
        does: "no container can become the host's root",
      },
    ],
  },
  {
    asset: "database",
    guards: [
      {
        layer: "network",
        does: "it is on internal networks, and no port of it is published",
      },
      {
        layer: "application",
        does: "it asks for a password that nobody can guess",
      },
    ],
  },
  {
    asset: "secret",
    guards: [
      {
        layer: "host",
        does: "files of passwords and keys are root's",
      },
      {
        layer: "runtime",
        does: "who breaks into a container is no root there, and gains no rights",
      },
      {
        layer: "application",
        does: "no secret stands in the environment, a command or an image",
      },
    ],
  },
] as const satisfies readonly AssetKind[];

export type AssetName = (typeof assets)[number]["asset"];

/** A layer that guards an asset. */
export type GuardName = `${AssetName}.${Layer}`;
