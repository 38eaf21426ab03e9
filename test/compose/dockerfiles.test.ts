/** Every weakness that is planted in a Dockerfile turns its own check red and no other. */
import { describe, expect, it } from "vitest";
import { composeChecks } from "../../src/compose/checks/index.ts";
import { parseDockerfile } from "../../src/compose/dockerfile.ts";
import { apiImage, changed } from "./hardened.ts";
import { check, composed, failures } from "./world.ts";

const good = `# syntax=docker/dockerfile:1
ARG NODE=22.12
FROM node:\${NODE} AS build
WORKDIR /src
COPY package.json ./
RUN --mount=type=secret,id=npm npm ci
COPY . .
RUN npm run build

FROM node:\${NODE}-slim
WORKDIR /app
COPY --from=build /src/dist ./dist
COPY --chown=node:node uploads ./uploads
ENV NODE_ENV=production TOKEN_TTL=60
USER node
HEALTHCHECK CMD ["node", "health.js"]
CMD ["node", "dist/server.js"]
`;

const rows = [
  ["containers.user", "", "USER node\n", ""],
  ["containers.user", "", "USER node\n", "USER root\n"],
  ["containers.user", "", "USER node\n", "USER 0:0\n"],
  ["containers.user", "", "USER node\n", "USER $WHO\n"],
  ["containers.user", "", "USER node\n", "USER node\nUSER root\n"],
  ["containers.image-tag", " node:latest", "FROM node:${NODE} AS", "FROM node:latest AS"],
  ["containers.image-tag", " node", "FROM node:${NODE} AS", "FROM node AS"],
  ["containers.image-tag", " node:${NODE}", "ARG NODE=22.12", "ARG NODEJS=22.12"],
  ["secrets.found", " ENV DB_PASSWORD", "TOKEN_TTL=60", "DB_PASSWORD=hunter2"],
  ["secrets.found", " ENV API_KEY", "USER node\n", "ENV API_KEY hunter2\nUSER node\n"],
  ["secrets.found", " ARG NPM_TOKEN", "COPY package.json", "ARG NPM_TOKEN\nCOPY package.json"],
  ["secrets.found", " ENV NPM_TOKEN", "COPY package.json", "ENV NPM_TOKEN=$X\nCOPY package.json"],
  ["secrets.found", " .env", "COPY package.json ./", "COPY package.json .env ./"],
  ["secrets.found", " RUN", "RUN npm run build", "RUN curl https://me:hunter2@example.org/x"],
  ["secrets.found", " RUN", "RUN npm run build", "RUN curl -fsu admin:hunter2 https://x/y -o /y"],
  ["secrets.found", " RUN", "RUN npm run build", 'RUN ["curl", "-fsu", "admin:hunter2 x", "https://x/y"]'],
  [
    ...(["secrets.found", " RUN", "RUN npm run build"] as const),
    'RUN echo "machine h login u password hunter2" > /root/.netrc',
  ],
  [
    "secrets.found",
    " RUN password",
    "RUN npm run build",
    "RUN <<EOF\ncat > /f <<X\npassword = hunter2\nX\nEOF",
  ],
  ["secrets.found", " RUN a URL or a command", "RUN npm run build", "RUN <<EOF\nredis-cli -a hunter2\nEOF"],
  ["secrets.found", " COPY password", "COPY . .", "COPY <<EOF /app.conf\npassword = hunter2\nEOF"],
  ["secrets.found", " COPY b_key", "COPY . .", `COPY <<-"A" <<B /x/\n\ta=1\nA\nb_key=${"a1B2".repeat(4)}\nB`],
  ["secrets.found", " ADD token", "COPY . .", "ADD <<EOF /app.conf\ntoken: hunter2\nEOF"],
  ["secrets.found", " LABEL db_password", "USER node\n", "LABEL db_password=hunter2\nUSER node\n"],
  ["secrets.found", " LABEL db.password", "USER node\n", 'LABEL a="b" "db.password"="hunter2"\nUSER node\n'],
  ["secrets.found", " HEALTHCHECK", '["node", "health.js"]', "redis-cli -a hunter2 ping"],
  ["secrets.found", " HEALTHCHECK", '["node", "health.js"]', '["redis-cli", "-a", "hunter2", "ping"]'],
  ["secrets.found", " CMD", '"dist/server.js"', '"dist/server.js", "--db-password", "hunter2"'],
  ["secrets.found", " ENTRYPOINT", "USER node\n", 'USER node\nENTRYPOINT ["x", "-Dapp.password=hunter2"]\n'],
  [
    "secrets.found",
    " ENV JAVA_OPTS",
    "USER node\n",
    'ENV JAVA_OPTS="-Xmx1g -Da.password=hunter2"\nUSER node\n',
  ],
  ["secrets.found", " ENV JWT_KEY", "USER node\n", `ENV JWT_KEY=${"a1B2".repeat(4)}\nUSER node\n`],
  ["secrets.found", " ENV DB_PASSWORD", "USER node\n", "ONBUILD ENV DB_PASSWORD hunter2\nUSER node\n"],
  ["secrets.found", " RUN", "USER node\n", "ONBUILD RUN curl -u a:hunter2 x\nUSER node\n"],
  ["images.command", " CMD", 'CMD ["node", "dist/server.js"]', "CMD node dist/server.js"],
  ["images.command", " ENTRYPOINT", "USER node\n", "USER node\nENTRYPOINT node\n"],
  ["images.workdir", "", "WORKDIR /app\n", ""],
  ["images.workdir", "", "WORKDIR /app\n", "WORKDIR app\n"],
  ["images.ownership", " COPY", "COPY --from=build /src/dist ./dist", "COPY --chown=node:node . ."],
  ["images.ownership", " RUN", "USER node\n", "RUN chown -R node:node /app\nUSER node\n"],
  ["images.slim", " node:22.12", "FROM node:${NODE}-slim", "FROM node:${NODE}"],
] as const;

describe("a Dockerfile", () => {
  it("that has no weakness passes, by itself and by the service that it builds", async () => {
    expect((await check({ "a/Dockerfile": good })).status).toBe(0);
    const built = changed(`image: ${apiImage}`, "build: {context: a, target: final}");
    expect(
      await failures({
        "compose.yaml": built,
        "a/Dockerfile": `${good}FROM node:22-slim AS other\n`.replace(
          "-slim\nWORKDIR /app",
          "-slim AS final\nWORKDIR /app",
        ),
      }),
    ).toEqual([]);
  });

  it("names bases without a digest, which is advice", async () => {
    const advice = async (text: string) =>
      (await composed({ "a/Dockerfile": text })).checks
        .filter(({ id, verdict }) => id === "images.digest" && verdict === "fail")
        .map(({ object }) => object);
    const pinned = `node:22.12@sha256:${"0a".repeat(32)}`;
    expect(await advice(`FROM ${pinned} AS a\nFROM scratch\nFROM a\nUSER 1\n`)).toEqual([]);
    expect(await advice(`FROM ${pinned} AS a\nFROM debian:13-slim\nFROM node\n`)).toEqual([
      "a/Dockerfile debian:13-slim",
    ]);
  });

  it.each([
    "COPY <<EOF /app.conf\npassword_file = /run/secrets/db\n.env\nid_rsa\nEOF",
    "RUN <<EOF\ncurl -u a:$TOKEN https://x\nexport DB_PASSWORD=$(cat /run/secrets/db)\nEOF",
    'LABEL org.example.password=""',
    "ENV GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D",
    "ENV GPG_KEYS A035C8C19219BA821ECEA86B64E628F8D684696D",
  ])("has no secret in %s", async (line) => {
    expect(await failures({ "a/Dockerfile": changed("COPY . .", line, good) })).toEqual([]);
  });

  it.each(rows)("%s%s: %j becomes %j", async (id, what, from, to) => {
    const text = changed(from, to, good);
    const found = await failures({ "a/Dockerfile": text });
    const named = what.includes("${NODE}") ? 2 : 1;
    expect(found.map((each) => each.replace(/ @\d+$/, ""))).toEqual(
      what === " node:${NODE}"
        ? [`${id} a/Dockerfile node:\${NODE}`, `${id} a/Dockerfile node:\${NODE}-slim`]
        : [`${id} a/Dockerfile${what}`],
    );
    expect(found).toHaveLength(named);
    expect(JSON.stringify(await check({ "a/Dockerfile": text }))).not.toContain("hunter2");
  });

  it("is judged where a service is built of it, once for several, and its health check is the service's", async () => {
    const api = `image: ${apiImage}\n`;
    const built = changed(
      api,
      "build: ./a\n",
      changed('    healthcheck:\n      test: ["CMD", "node", "health.js"]\n', ""),
    );
    const files = { "x/compose.yaml": built, "x/a/Dockerfile": changed("USER node\n", "", good) };
    expect(await failures(files)).toEqual(["containers.user x/a/Dockerfile @10"]);
    const alone = await failures({ "x/compose.yaml": built });
    expect(alone).toEqual([
      expect.stringContaining("containers.health api"),
      expect.stringContaining("auth.engines api"),
      expect.stringContaining("images.readable api"),
    ]);
    const inline = changed(
      api,
      "build:\n      dockerfile_inline: |\n        FROM node:22-slim\n        WORKDIR /app\n        USER root\n",
    );
    expect(await failures({ "compose.yaml": inline })).toEqual([
      expect.stringContaining("containers.user compose.yaml @"),
    ]);
  });

  it("has a weakness planted for every check that is about images alone", () => {
    const planted = new Set<string>(["images.readable", "images.digest", ...rows.map(([id]) => id)]);
    const ids = composeChecks.map(({ id }) => id).filter((id) => id.startsWith("images."));
    expect(ids.filter((id) => !planted.has(id))).toEqual([]);
  });

  it("with nothing in it, or with what nobody understands, is told so or read as far as it goes", async () => {
    expect((await check({ Dockerfile: "# nothing\n" })).status).toBe(78);
    for (const text of [
      "FROM",
      "FROM a AS\n",
      "FROM a:1\nRUN <<EOF\nx\nEOF\nCOPY\nENV\nUSER\nCMD [",
      "\u0000\uFEFF",
      "FROM a:1 as b\nFROM b as b\nFROM B",
    ])
      await check({ Dockerfile: text });
    expect(parseDockerfile("FROM a:1 AS x\nFROM x\nUSER u", "f").chain).toHaveLength(2);
  });

  it("waives by a comment above the line", async () => {
    const waived = "# harden waive containers.user until 2027-02-01: it binds port 80\nUSER root\n";
    expect((await check({ Dockerfile: changed("USER node\n", waived, good) })).status).toBe(0);
  });
});
