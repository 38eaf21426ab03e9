/** Whether the authorities whose clients dockerd lets in on the network are somebody's own. Pure. */
import type { Authorities } from "../../facts/engine-authorities.ts";
import type { Fact } from "../../facts/probe.ts";
import { isWithin } from "../../path.ts";
import type { Part } from "../../plan/control.ts";
import { part } from "../verdict.ts";

/** Where the system has the authorities of the whole web. */
const systems = ["/etc/ssl/certs", "/usr/share/ca-certificates", "/usr/lib/ssl/certs"];

/** An authority with one above it, and those that follow both. */
const most = 4;

/** What is wrong with each of these files, or not known. */
export const openAuthorities = (
  paths: readonly string[],
  read: Fact<readonly Authorities[]>,
): readonly Part[] =>
  paths.flatMap((path) => {
    const found = read.state === "present" ? read.value.find((each) => each.path === path) : undefined;
    const everybody = `whoever has a certificate of any of them is root here`;
    if (systems.some((folder) => isWithin(path, folder)) || found?.isPublic)
      return [
        part("fail", path, `tlscacert ${path} has authorities that come with the system: ${everybody}`),
      ];
    if (found === undefined)
      return [part("error", path, `tlscacert ${path} could not be read, so that nobody knows who is let in`)];
    if (found.count > most)
      return [part("fail", path, `tlscacert ${path} has ${found.count} authorities: ${everybody}`)];
    return [];
  });
