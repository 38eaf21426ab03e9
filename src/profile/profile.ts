/** A control's parameters as its schema gives them (defaults filled in), and what is to be done by them. */
import { createHash } from "node:crypto";
import type { ImageParams } from "./images.ts";
import type { AccessParams, Waiver } from "./schema.ts";
import { at, isReset, type MapTree, type Origin, type Path } from "./tree.ts";
import type { ProfileValues } from "./validate.ts";
export interface SectionParams {
  /** False: the original is given back. */
  readonly enabled: boolean;
  /** False: measured, and never changed. */
  readonly apply: boolean;
  readonly [parameter: string]: unknown;
}

/** The state of the git work tree that the profile is kept in. `dirty`: the profile's files differ from the commit. */
export interface GitState {
  readonly commit: string;
  readonly dirty: boolean;
}

/** What a host should be: values only, each of which knows where it was written. */
export interface Profile {
  readonly name: string;
  readonly description: string;
  readonly access: AccessParams;
  readonly waivers: readonly Waiver[];
  /** Of compose files and containers, by image: no host's plan depends on it, nor the digest. */
  readonly images: Readonly<Record<string, ImageParams>>;
  /** By the control's id. A control without a section is unmanaged. */
  readonly sections: Readonly<Record<string, SectionParams>>;
  /** The named file as people see it, or `packaged`. */
  readonly file: string;
  /** Of a packaged profile: files that may have been meant by its name. */
  readonly nearby: readonly string[];
  /** The files it was merged from, as people see them; what is extended first, the named file, and what a project writes over it. */
  readonly files: readonly string[];
  /** Where the value at a path (`["ssh", "maxAuthTries"]`) was written. */
  readonly origin: (path: Path) => Origin | "default";
  /** SHA-256 (hex) of the canonical JSON of `access`, `waivers` and `sections`, defaults included. */
  readonly digest: string;
  readonly git: GitState | undefined;
}

export interface ProfileSource {
  readonly name: string;
  readonly tree: MapTree;
  readonly file: string;
  readonly nearby: readonly string[];
  readonly files: readonly string[];
  readonly git: GitState | undefined;
}

export function makeProfile(source: ProfileSource, values: ProfileValues): Profile {
  const { extends: _extends, description = "", access, waivers, images, ...sections } = values;
  const managed = Object.fromEntries(Object.entries(sections).filter(([, params]) => params !== undefined));
  return {
    name: source.name,
    description,
    access,
    waivers,
    images,
    sections: managed as Record<string, SectionParams>,
    file: source.file,
    nearby: source.nearby,
    files: source.files,
    origin: (path) => {
      const node = at(source.tree, path);
      return node && !isReset(node) ? node.origin : "default";
    },
    digest: createHash("sha256")
      .update(canonicalJson({ access, waivers, sections: managed }))
      .digest("hex"),
    git: source.git,
  };
}

/** JSON with sorted keys and without blanks: equal values give equal text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
