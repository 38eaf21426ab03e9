/** Mounts of containers that run, by where the engine of their host listens. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leadsIn, tablesIn } from "../../src/facts/containers-mounts.ts";
import { engineSocketsIn } from "../../src/facts/engine-sockets.ts";
import { askedOf, auditOf } from "./recorded.ts";

fc.configureGlobal({ seed: 831610384 });

const asked = askedOf("debian13");
const well = asked.containers.find(({ name }) => name === "well")!;

const host = [
  "1 0 8:1 / / rw - ext4 /dev/sda1 rw",
  "2 1 0:25 / /run rw - tmpfs tmpfs rw",
  "3 1 8:1 /data/bound /srv/bound rw - ext4 /dev/sda1 rw",
].map((line) => `/proc/1/mountinfo:${line}`);
const listening = ["listens /run/docker.sock", "listens /srv/api/e.sock", "listens /srv/bound/e.sock"];

interface Given {
  /** `SOURCE:TARGET` */
  readonly mount: string;
  /** As the kernel has them in the container. */
  readonly inside?: readonly string[];
  /** Of engine_mounts. */
  readonly sockets?: readonly string[];
  readonly pid?: number;
}

/** What the check has against the well-made one with that mount. */
function foundOf({ mount, inside = [], sockets = [...listening, "end"], pid = well.pid }: Given) {
  const [source = "", target = ""] = mount.split(":");
  const type = source.startsWith("/") ? "bind" : "volume";
  const path = type === "bind" ? source : `/var/lib/docker/volumes/${source}/_data`;
  const one = {
    type,
    name: type === "bind" ? "" : source,
    source: path,
    target,
    writable: true,
    propagation: "rprivate",
  };
  const container = { ...well, pid, mounts: [one] };
  const tables = tablesIn([...host, ...inside.map((line) => `/proc/${pid}/mountinfo:9 8 ${line}`)]);
  const engine = engineSocketsIn(sockets, tables);
  const mounts = [{ ...one, leads: leadsIn(tables)(container, one), ...engine.held(container, one) }];
  return auditOf({
    ...asked,
    sockets: engine.sockets,
    containers: [{ ...container, mounts }],
  }).checks.flatMap(({ id, verdict, found }) =>
    id === "containers.docker-socket" && verdict !== "pass" ? [`${verdict}: ${found}`] : [],
  );
}

const given = (shown: string) => [`fail: the engine's socket: ${shown}`];
const unsure = (mount: string, why: string) => [
  `error: whether ${mount} gives the engine's socket can't be told: ${why}`,
];
const { pid } = well;
const app = "8:1 /srv/app /data rw - ext4 /dev/sda1";

describe("the engine's socket in a container", () => {
  it.each<[string, Given, readonly string[]]>([
    [
      "the socket, whatever its name, where a link of the image led the mount elsewhere",
      {
        mount: "/srv/api/e.sock:/var/run/docker.sock",
        inside: ["8:1 /srv/api/e.sock /run/docker.sock rw - ext4 x"],
      },
      given("/srv/api/e.sock:/var/run/docker.sock"),
    ],
    [
      "the folder of the socket",
      { mount: "/srv/api:/data", inside: ["8:1 /srv/api /data rw - ext4 x"] },
      given("/srv/api:/data, which leads to /srv/api/e.sock"),
    ],
    [
      "a folder of which a bind mount of the host shows the socket",
      { mount: "/data:/data", inside: ["8:1 /data /data rw - ext4 x"] },
      given("/data:/data, which leads to /srv/bound/e.sock"),
    ],
    [
      "a volume with the socket",
      {
        mount: "v:/data",
        inside: ["8:1 /var/lib/docker/volumes/v/_data /data rw - ext4 x"],
        sockets: ["listens /var/lib/docker/volumes/v/_data/e.sock", "end"],
      },
      given("v:/data, which leads to /var/lib/docker/volumes/v/_data/e.sock"),
    ],
    [
      "a hard link",
      {
        mount: "/srv/app:/data",
        inside: [app],
        sockets: [...listening, `socket ${pid} /data /run/docker.sock`, "end"],
      },
      given("/srv/app:/data, which leads to /run/docker.sock"),
    ],
    [
      "the folder of a stopped container",
      { mount: "/srv/api:/data", pid: 0 },
      given("/srv/api:/data, which leads to /srv/api/e.sock"),
    ],
    [
      "a socket at the usual place",
      {
        mount: "/srv/p.sock:/run/docker.sock",
        inside: ["8:1 /srv/p.sock /run/docker.sock rw - ext4 x"],
        sockets: [...listening, `socket ${pid} /run/docker.sock`, "end"],
      },
      ["fail: what clients take for the engine's socket: /srv/p.sock:/run/docker.sock"],
    ],
    [
      "a folder in whose file system the socket has another name",
      {
        mount: "/srv/app:/data",
        inside: [app],
        sockets: [...listening, `linked ${pid} /data /srv/api/e.sock`, "end"],
      },
      unsure("/srv/app:/data", "/srv/api/e.sock has another name in the same file system (a hard link)"),
    ],
    [
      "any mount where the answer was cut off",
      { mount: "/srv/app:/data", inside: [app], sockets: listening },
      unsure("/srv/app:/data", "the engine's sockets could not be read"),
    ],
  ])("is %s", (_, mount, found) => {
    expect(foundOf(mount)).toEqual(found);
  });

  it.each<[string, Given]>([
    ["a folder beside it", { mount: "/srv/app:/data", inside: [app] }],
    [
      "a folder that begins like its own",
      { mount: "/srv/ap:/data", inside: ["8:1 /srv/ap /data rw - ext4 x"] },
    ],
    [
      "what its file system has below another mount",
      { mount: "/:/data", inside: ["8:1 / /data rw - ext4 x"], sockets: ["listens /run/docker.sock", "end"] },
    ],
    [
      "no socket at the usual place",
      { mount: "/srv/app:/run/docker.sock", inside: ["8:1 /srv/app /run/docker.sock rw - ext4 x"] },
    ],
    [
      "another container's",
      {
        mount: "/srv/app:/data",
        inside: [app],
        sockets: [...listening, `socket ${pid + 1} /data /run/docker.sock`, "end"],
      },
    ],
  ])("is not %s", (_, mount) => {
    expect(foundOf(mount)).toEqual([]);
  });

  it("is read of any lines, and of those without an end nothing is known", () => {
    const line = fc.oneof(
      fc.string(),
      fc.stringMatching(/^(listens|socket|linked|end)( \d{1,4})?( \/[ -~]{0,8}){0,2}$/),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const { sockets, held } = engineSocketsIn(lines, tablesIn(host));
        const one = { name: "", source: "/srv/app", target: "/data" };
        held({ ...well, mounts: [one] }, one);
        expect(sockets === undefined).toBe(lines.at(-1) !== "end");
      }),
    );
  });
});
