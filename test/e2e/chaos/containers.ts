/** Containers that a run must not touch: one that comes back by itself, one that does not, and one that is gone once it stops; with ports over IPv4 and IPv6. */
import { startPeer, type TestHost } from "../hosts.ts";
import { must } from "../trouble.ts";
import { waitUntil } from "../wait.ts";
import type { Beside } from "./round.ts";

const removed = `docker run --detach --rm --stop-timeout 1 --name removed --network shop --ip 10.99.0.12 --ip6 fd00:99::12 \
  --log-opt max-size=1m -v /data busybox sh -c 'echo precious >/data/file; exec sleep 9999'`;

/** 8080 is what no rule of the field's profile lets in, 80 what one does. */
const make = `docker import /srv/busybox.tar busybox >/dev/null
docker network create --ipv6 --subnet 10.99.0.0/24 --subnet fd00:99::/64 shop
docker run --detach --stop-timeout 1 --restart always --name always --network shop --ip 10.99.0.10 --ip6 fd00:99::10 \
  --log-opt max-size=1m --publish 8080:80 busybox httpd -f -p 80
docker run --detach --stop-timeout 1 --name never --network shop --ip 10.99.0.11 --ip6 fd00:99::11 \
  --log-opt max-size=1m --publish 80:80 busybox httpd -f -p 80
${removed}`;

const list = `docker ps -aq --no-trunc | xargs -r docker inspect --format '{{.Name}} {{.State.Status}} {{.Id}} {{.State.StartedAt}}' | sort
echo "data $(docker exec removed cat /data/file)"`;

export async function startContainers(host: TestHost): Promise<Beside & { remove(): Promise<void> }> {
  const peer = await startPeer(host);
  await must(host, make);
  const knocks = async () => {
    const lines: string[] = [];
    for (const address of [host.address, ...(host.address6 ? [host.address6] : [])])
      for (const port of [80, 8080])
        lines.push(`port ${port} of ${address}: ${await peer.knock(address, port)}`);
    return lines;
  };
  await waitUntil("all are published", async () => (await knocks()).every((line) => line.endsWith("open")));
  return {
    state: knocks,
    async untouched() {
      return (await must(host, list)).trim().split("\n");
    },
    async restarted() {
      await must(
        host,
        `until docker inspect -f '{{.State.Running}}' always | grep -q true; do sleep 0.1; done
        docker start never; ${removed}`,
      );
    },
    remove: () => peer.remove(),
  };
}
