/** What a container is made of, and what it may write. */
import type { Fault } from "../../checks/object.ts";
import { ownMounts } from "../../checks/texts.ts";
import { references } from "../../controls/references.ts";
import { isWithin } from "../../path.ts";
import { checksOf, eachService, inspect } from "../check.ts";
import * as wishes from "../fix/files.ts";
import { dataFolders } from "../images.ts";
import type { ComposeMount } from "../mounts.ts";
import { isRoot, mountsOf, userOf } from "../service.ts";
import { get, isTrue, keyAt, valuesOf, writtenOf } from "../tree.ts";
import type { ServiceView } from "../view.ts";
import { builtTags, tagFault } from "./built.ts";
import { isCertificates } from "./host.ts";

const readOnly = ({ node, at }: ServiceView): readonly Fault[] =>
  isTrue(get(node, "read_only"))
    ? []
    : [
        {
          at: keyAt(node, "read_only") ?? at,
          found: "the root file system can be written to",
          remedy:
            "Write read_only: true, and tmpfs: ['/tmp:size=64M,mode=1777', '/run:size=64M,mode=1777'] for what may be lost.",
        },
      ];

const covers = (folder: string) => (mount: ComposeMount) => isWithin(folder, target(mount));

/** In most images /var/run is /run. */
const target = ({ target }: ComposeMount) => target.replace(/^\/var\/run(?=\/|$)/, "/run");

/** Zero is no limit, and half of the memory is what a tmpfs without a size has: tmpfs(5). */
const isUnbounded = (size: string) => {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]*|%)$/i.exec(size) ?? [];
  return Number(number) === 0 || (unit === "%" && Number(number) >= 50);
};

function tmpfs(view: ServiceView): readonly Fault[] {
  const { node, at, known, image } = view;
  const mounts = mountsOf(node);
  const own = mounts
    .filter(({ kind }) => kind === "tmpfs")
    .flatMap((mount): readonly Fault[] => {
      const place = { at: mount.at, what: mount.target };
      if (mount.target === "/var/run")
        return [
          {
            ...place,
            found: "tmpfs on /var/run, which is a link in many images",
            remedy: "Write /run:size=64M,mode=1777.",
          },
        ];
      if (mount.size !== undefined && !isUnbounded(mount.size)) return [];
      const said = mount.size === undefined ? "" : `, by size=${mount.size}`;
      const share = mount.size === undefined ? "half of the memory" : "half of the memory and more";
      return [
        {
          ...place,
          found: `the tmpfs ${mount.target} may take ${share}${said}`,
          remedy: `Write ${mount.target}:size=64M.`,
        },
      ];
    });
  const lacking = isTrue(get(node, "read_only")) ? (known?.scratch ?? []) : [];
  const unwritable = lacking
    .filter((folder) => !mounts.some(covers(folder)))
    .map((folder) => ({
      at: keyAt(node, "read_only") ?? at,
      what: folder,
      found: `${image} writes to ${folder}, and read_only keeps it from that`,
      remedy: `Add ${folder}:size=64M,mode=1777 to tmpfs.`,
    }));
  return [...own, ...unwritable];
}

function data(view: ServiceView): readonly Fault[] {
  const { node, at, known, image, name } = view;
  const mounts = mountsOf(node);
  const anonymous = mounts
    .filter(({ kind }) => kind === "anonymous")
    .map((mount) => ({
      at: mount.at,
      what: mount.target,
      found: `an anonymous volume on ${mount.target}`,
      remedy: `Give it a name: ${name}-data:${mount.target}, and the same name below volumes:.`,
    }));
  // Where only a folder around it is mounted, the image's own VOLUME lies over that, without a name.
  const lost = (known === undefined ? [] : dataFolders(known, image ?? ""))
    .filter((folder) => !mounts.some((mount) => isWithin(mount.target, folder)))
    .map((folder) => ({
      at: keyAt(node, "volumes") ?? at,
      what: folder,
      found: `the data of ${image} in ${folder} is on no volume`,
      remedy: `Write volumes: [${name}-data:${folder}], and the name below volumes: of the file.`,
    }));
  return [...anonymous, ...lost];
}

const fixedTag = "Name a version, such as :1.2.3; a digest (@sha256:…) is stricter: nobody can move it.";

function imageTag({ node, image, isBuilt }: ServiceView): readonly Fault[] | string {
  if (isBuilt || image === undefined) return isBuilt ? "it is built" : "it has no image";
  const at = keyAt(node, "image")!;
  const written = writtenOf(get(node, "image")) ?? "";
  const found = tagFault(image);
  if (found === "unknown")
    return [
      {
        at,
        unknown: true,
        found: `${written} has a variable that is not known`,
        remedy: "Give it a default, or a value in .env.",
      },
    ];
  return found === undefined ? [] : [{ at, found: `${written} ${found}`, remedy: fixedTag }];
}

/** Certbot's folders: `live` has links into `archive`. */
function certificates(view: ServiceView): readonly Fault[] | string {
  const { node } = view;
  const mounts = mountsOf(node).filter((mount) => mount.kind === "bind" && isCertificates(mount));
  if (mounts.length === 0) return "no certificate of certbot's is mounted";
  const has = (folder: string) =>
    mounts.some(
      ({ source }) =>
        isWithin(`/etc/letsencrypt/${folder}`, source) || isWithin(source, `/etc/letsencrypt/${folder}`),
    );
  const writable = mounts
    .filter((mount) => !mount.readOnly)
    .map(({ at, written }) => ({
      at,
      what: written,
      found: `the certificates can be written to: ${written}`,
      remedy: "Add :ro.",
    }));
  const dangling =
    has("live") && !has("archive")
      ? [
          {
            at: mounts[0]!.at,
            what: "archive",
            found: "live is mounted and archive isn't: live has links into it",
            remedy: `Mount ${mounts[0]!.source.replace("/live", "/archive")} to the same place in the container, with :ro.`,
          },
        ]
      : [];
  const groups = valuesOf(get(node, "group_add"));
  const named = groups
    .filter(({ value }) => !/^\d+$/.test(String(value)))
    .map(({ at, written }) => ({
      at,
      what: `group_add ${written}`,
      found: `group_add has the name ${written}, which the image need not know`,
      remedy: 'Write the number of the host\'s group: "1002" is that of ssl-docker.',
    }));
  const without =
    groups.length === 0 && !isRoot(userOf(node))
      ? [
          {
            at: mounts[0]!.at,
            what: "group_add",
            found: "no group_add: a user that isn't root can't read the keys",
            remedy: 'Write group_add: ["1002"], the number of the host\'s group ssl-docker.',
          },
        ]
      : [];
  return [...writable, ...dangling, ...named, ...without];
}

export const fileChecks = checksOf({
  readOnly: {
    id: "containers.read-only",
    title: "The root file system is read only",
    severity: "medium",
    answers: ["container.read-only"],
    role: "audit",
    references: references({ docker: "5.13" }),
    expected: "read_only: true",
    why: "Whoever breaks in changes the program, and leaves something behind.",
    breaks: "A program that writes beside its volumes: give it a tmpfs there.",
    leavesOpen: "What lies in a volume is changed, and a program in memory or a script needs no file.",
    stricter:
      "Volumes that are mounted noexec (`driver_opts: {o: 'bind,noexec'}`): plug-ins among the data don't load.",
    look: inspect("{{.HostConfig.ReadonlyRootfs}}"),
    test: eachService(readOnly),
    fix: wishes.readOnly,
  },
  tmpfs: {
    id: "containers.tmpfs",
    criteria: ["A1.1"],
    title: "What may be lost has a bounded place",
    severity: "low",
    role: "audit",
    expected: "each tmpfs with a size, none on /var/run, and one where a known image writes",
    why: "A tmpfs without a size may take half of the host's memory; and a read-only image without the folder that it writes to doesn't start.",
    leavesOpen: "Who breaks in fills it, and what writes there stops.",
    stricter: "A size just above what is used (`df` inside): a burst finds no space.",
    look: inspect("{{.HostConfig.Tmpfs}}"),
    test: eachService(tmpfs),
    fix: wishes.tmpfs,
  },
  data: {
    id: "containers.data",
    criteria: ["A1.2"],
    title: "Data is on a volume with a name",
    severity: "medium",
    role: "audit",
    expected: "a named volume or a folder where a known image keeps its data, and no anonymous volume",
    why: "An anonymous volume stays behind, nameless, when the container is made anew, and the new one begins empty.",
    leavesOpen: "A volume with a name is no copy: `docker volume rm`, or who breaks in, takes all of it.",
    stricter:
      "Copies elsewhere that the host can't delete, and a restore that was tried: storage, and somebody's hours.",
    look: inspect("{{range .Mounts}}{{.Name}} {{.Destination}} {{end}}"),
    test: eachService(data),
    fix: wishes.data,
    heed: "What an image has written into a volume without a name stays there: copy it into the new volume, or the service starts empty.",
  },
  imageTag: {
    id: "containers.image-tag",
    criteria: ["CC8.1"],
    title: "Images are of a fixed version",
    severity: "medium",
    role: "audit",
    expected: "a tag that isn't moved, or a digest",
    why: "latest is whatever the registry has on the day of the next pull: nobody reviewed that, and nobody can go back. A digest is stricter than a tag: it can't be moved.",
    leavesOpen: "Who owns the tag can move it: the same version may be another image tomorrow.",
    stricter: "A digest, `NAME:TAG@sha256:…`: no update comes by itself, and each is a change of the file.",
    look: inspect("{{.Config.Image}}"),
    test: eachService(imageTag),
    built: builtTags,
  },
  certificates: {
    id: "containers.certificates",
    criteria: ["CC6.1", "CC6.7"],
    title: "Certificates are read as they should be",
    severity: "medium",
    role: "audit",
    expected: "live and archive with :ro, and group_add with the number of the host's group",
    why: "Without archive the links of live lead nowhere, without the group's number the user can't read the key, and without :ro a break-in may change it.",
    leavesOpen: "It reads every key that is mounted, those of other names too.",
    stricter: ownMounts,
    look: inspect("{{range .Mounts}}{{.Source}} {{.RW}} {{end}} {{.HostConfig.GroupAdd}}"),
    test: eachService(certificates),
    fix: wishes.certificates,
  },
});
