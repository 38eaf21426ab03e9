/** Rights, files and volumes that a service should have. Pure. */
import { isWithin } from "../../path.ts";
import { hasHostMount, isCertificates } from "../checks/host.ts";
import { namespaceKeys } from "../checks/namespaces.ts";
import { dataFolders, userFor } from "../images.ts";
import { mountsOf, userOf } from "../service.ts";
import { get, isTrue, textOf, valuesOf } from "../tree.ts";
import type { ServiceView } from "../view.ts";
import { type Wish, withItems } from "./wish.ts";

export const capabilities = (view: ServiceView): readonly Wish[] => {
  const dropped = valuesOf(get(view.node, "cap_drop")).map(({ value }) => String(value).toUpperCase());
  if (dropped.includes("ALL")) return [];
  const needs = view.known?.needs ?? [];
  return [
    withItems(view, "cap_drop", ["ALL"]),
    ...(needs.length === 0 ? [] : [withItems(view, "cap_add", needs)]),
  ];
};

export const noNewPrivileges = (view: ServiceView): readonly Wish[] =>
  valuesOf(get(view.node, "security_opt")).some(({ value }) => /^no-new-privileges/.test(String(value)))
    ? []
    : [withItems(view, "security_opt", ["no-new-privileges:true"])];

/** What has so much of the host is made for root, and another user breaks it. */
const isOfTheHost = (view: ServiceView) =>
  isTrue(get(view.node, "privileged")) ||
  get(view.node, "devices") !== undefined ||
  namespaceKeys.some((key) => textOf(get(view.node, key)) === "host") ||
  hasHostMount(view);

export const user = (view: ServiceView): readonly Wish[] => {
  const { node, known, image = "" } = view;
  if (userOf(node) !== undefined || isOfTheHost(view)) return [];
  return [{ path: ["user"], value: known === undefined ? "1000:1000" : userFor(known, image) }];
};

const inRun = (folder: string) => folder.replace(/^\/var\/run(?=\/|$)/, "/run");

/** Those that nothing is mounted on, or around. A tmpfs has mode and owner of the image's folder, or root's where it has none. */
function scratch(view: ServiceView, folders: readonly string[]): readonly Wish[] {
  const targets = mountsOf(view.node).map(({ target }) => inRun(target));
  const wanted = [...new Set(folders)].filter(
    (folder) => !targets.some((target) => isWithin(folder, target)),
  );
  const outer = wanted.filter(
    (folder) => !wanted.some((other) => other !== folder && isWithin(folder, other)),
  );
  return outer.length === 0
    ? []
    : [
        withItems(
          view,
          "tmpfs",
          outer.map((folder) => `${folder}:size=64M,mode=1777`),
        ),
      ];
}

export function readOnly(view: ServiceView): readonly Wish[] {
  if (get(view.node, "read_only") !== undefined) return [];
  const own = view.known?.scratch ?? [];
  // What the image has made below /run would be hidden by a tmpfs around it.
  const run = own.some((folder) => isWithin(folder, "/run")) ? [] : ["/run"];
  return [{ path: ["read_only"], value: true }, ...scratch(view, ["/tmp", ...run, ...own])];
}

export const tmpfs = (view: ServiceView): readonly Wish[] =>
  get(view.node, "read_only") === undefined ? [] : scratch(view, view.known?.scratch ?? []);

export function data(view: ServiceView): readonly Wish[] {
  const { node, name, known, image = "" } = view;
  const mounts = mountsOf(node);
  const lost = (known === undefined ? [] : dataFolders(known, image)).filter(
    (folder) => !mounts.some(({ target }) => isWithin(target, folder)),
  );
  return lost.flatMap((folder): readonly Wish[] => [
    withItems(view, "volumes", [`${name}-data:${folder}`]),
    { path: ["volumes", `${name}-data`], value: {}, top: true },
  ]);
}

export const certificates = ({ node }: ServiceView): readonly Wish[] =>
  get(node, "group_add") === undefined && mountsOf(node).some(isCertificates)
    ? [{ path: ["group_add"], value: ["1002"] }]
    : [];
