/** docs/compose.md, made of the checks and the table of images themselves. */
import { z } from "zod";
import { composeChecks } from "../src/compose/checks/index.ts";
import { engineNames, likely, proofs, servers } from "../src/compose/engine-table.ts";
import { fileVariables } from "../src/compose/fix/file-variables.ts";
import { knownImages } from "../src/compose/image-table.ts";
import { sensitivePaths } from "../src/compose/sensitive-paths.ts";
import { composeFix } from "../src/features/compose/fix.ts";
import { unifiedDiff } from "../src/kinds/file-diff.ts";
import { imageSchema } from "../src/profile/images.ts";
import { keep } from "../test/compose/world.ts";
import { profileOf } from "../test/profile/memory.ts";

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
const row = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
const code = (words: readonly string[]) => words.map((word) => `\`${word}\``).join(", ") || "–";

const head = `# Compose files

Made of the checks themselves (\`npm run generate\`).

    harden compose check compose.yaml             # what is weak, where, and what to write instead
    harden compose check compose.yaml api/Dockerfile --format sarif
    harden compose check compose.yaml compose.prod.yaml --together   # one project, as with docker compose -f A -f B
    harden compose fix compose.yaml               # adds what the file lacks: shows the difference, and asks
    harden compose fix compose.yaml --from web1   # limits of memory by what its containers took on a host
    harden compose fix compose.yaml --profile web # images of your own, as the profile knows them; of check and audit, too
    harden compose fix compose.yaml --set-passwords   # redis and valkey without a password get one, in a file
    harden compose fix api/Dockerfile             # its USER, its CMD and --chown, where that is sure
    harden compose fix compose.yaml --try         # starts the result beside the original first, and takes it away again
    harden explain containers.capabilities        # what stays open, what can break, how to look by hand

No host is contacted, but by \`--from\`, which only reads, and \`check\` changes nothing. No value of a secret is ever told, nor shown in a difference where it was found. Each file is judged with what it
extends and includes (other files, too), with \`.env\` beside it, and with the Dockerfile of each service that it builds; a file
that is called Dockerfile or Containerfile is judged as one. All services count, whatever their \`profiles\`.

What \`docker compose up\` takes in the file's folder without a \`-f\` is judged as one, and the report names all of it: the files of
\`COMPOSE_FILE\` in \`.env\`, where the file is one of them; else \`compose.yaml\` (or \`compose.yml\`, \`docker-compose.yml\`,
\`docker-compose.yaml\`, the first that is there) with its \`compose.override.yml\` or \`.yaml\`. So do \`audit\`, \`checklist\` and
\`harden.yaml\` with a file that has no other beside it. Who deploys one file with \`-f\` checks it with \`--together\`, or writes
\`COMPOSE_FILE=compose.yaml\` into \`.env\`.

| exit status | |
|---|---|
| 0 | everything holds or is waived; advice counts for nothing |
| 2 | something doesn't hold, or could not be told |
| 64 | the command line, or a file on it that can't be read |
| 78 | a file that can't be used: broken YAML, what compose itself would refuse, extends in a circle, a missing \`env_file\`, a waiver that nobody understands: each with file, line and column. The other files are judged all the same |

Keys that compose's schema doesn't know are a warning, for compose may be newer, with the nearest that it knows. A variable
that neither \`.env\` nor a default gives is a warning, too, and what depends on it "could not be told": the environment of
whoever runs harden doesn't count, so that the verdict is the same for everybody.

\`--format\` takes each format of [verdicts.md](verdicts.md); SARIF and JSON have line and column of each result.

## Mending

\`compose fix FILE\` adds to the text of a compose file what its checks want: \`cap_drop\` and the \`cap_add\` that the image is known to
need, \`no-new-privileges\`, \`user\`, \`read_only\` with \`/tmp\` and \`/run\` of 64M and what the image writes to, limits (1.0, 512M, pids by image)
and reservations (0.25, 128M, never above the limit), logging, restart, a named volume for the data of known images, \`group_add\` beside
certificates, and internal networks where no service on them publishes a port: what must call out by the profile gets \`egress\` beside them. It takes out the published ports of databases, and
nothing else. Comments, order and spelling of all that is there stay; fixing again changes nothing.

It shows the difference and asks on a terminal; elsewhere it needs \`--write\`. The file is written whole or not at all, with the
mode that it has. What a person must decide is left and named: tags, health checks, what is given on purpose (a capability,
\`privileged\`, a mount), secrets that no file can take, the ports of everything else. So is what has no safe place: a value that an anchor shares, a map that
comes by a merge key, a port with a comment. What is waived stays. A service that has much of the host keeps its user. Files that
are extended or included are not touched.

A Dockerfile is mended by its own name, \`harden compose fix api/Dockerfile\`, in three things alone: USER in numbers behind the last
line that may need root, unless the base is a server whose entrypoint steps down by itself; CMD as a list, where no shell has a part
in it; and no \`--chown\` for the whole tree. What isn't sure is named.

Look before it is started: a volume that is there must belong to the new \`user\`, an image that writes elsewhere needs a tmpfs
there, and from an internal network nothing calls out. What is to be given to whom is told. That its result is valid is tested
with Debian 13's compose on twenty projects in as many styles (\`test/compose/corpus\`); that it starts, and survives restarts, with
[docker/example](../docker/example): weak, and what \`fix\` makes of it.

\`--from HOST\` asks a host that runs the file's project (root, as \`harden audit\` does): where a service has no limit of memory, it gets its
peak there, half as much again, in steps of 64M, in place of 512M. The peak counts the cache of files, and is since the container was
started: look again where it was not busy. A limit that is there stays.

What one check wants is written as a whole or not at all: half of it may keep a service from starting. A file that others are laid
over (\`-f A -f B\`) is mended by itself. Compose refuses an option of \`security_opt\` or \`group_add\` that both have, and limits that
differ: \`compose check --together\` shows it, and \`fix\` says it of a \`compose.override.yaml\` beside the file. Take it out of one of the two.

It exits 0 where nothing is left, 2 where something is, 1 where somebody answered no, and 64 or 78 as \`check\` does. \`--format json\`
has the difference, what is left, whether it is written, and what was tried.

## Trying

\`--try\` starts the result with this machine's \`docker compose\` (version 2 or later) before anything is written or asked, waits until
each service stands, stops all of it and starts it once more: what an image leaves behind at its first start has broken many a
second one. A service stands when it is healthy, where something tests its health, when it runs for 5 s without a restart, or when it
has ended with 0 and isn't wanted back. \`--timeout 5m\` is for each of the two starts (2m); pulling and building has 15 minutes beside
it.

What is tried is a project of its own, \`harden-try-\` with a number, of which nothing is the original's but images and what is built:

- Volumes and networks are fresh; each network is \`internal\`, so that no second worker takes the jobs of the first, and nothing that
  is started reaches another machine. No port is published, no \`container_name\` taken, and labels are left out, for a proxy such as
  Traefik finds its way by them. Logs stay with the container.
- Binds, and the files of secrets and configs, are copies in a folder that only whoever runs harden can open: up to 1000 files and 16 MB of each, with
  owner and mode (whoever isn't root gives what he may), links as they are. What is more is an empty folder. What lies below /dev,
  /proc, /sys, /run and the engine's own folder is left out, and so are sockets.
- \`privileged\`, devices, the host's namespaces, capabilities that act beyond the container, options that loosen its confinement, and
  every key that isn't known to be harmless here are left out. What is not as it will be is told.
- A service that gives up is started again five times. Images are pulled where they are missing, and stay, as does the cache of builds.

Where something breaks, the last lines of its log are told, without secrets, and the keys to look at: an error such as "Read-only
file system" says which, and nothing is guessed. The original is then tried in the same way: what breaks there too is not for the fix
to answer. Whatever broke, the file stays as it is, also with \`--write\`, and the exit status is 2. It is 1 where nothing could be
tried: no \`docker\`, compose 1, no engine that answers, or one on another machine.

All that was made is taken away, after Ctrl-C and SIGTERM too, and by a process of its own where harden is killed. Everything of it is
labelled \`harden.try\`. It shows nothing of data that is there: a fresh volume belongs to whoever the image says, and the one in use may
not; nor of what a service only does later, of services that wait for a profile, or of what it needs from outside.

## Secrets that are moved

A secret that stands in the file goes into a file where its reader is known to take one: a variable of an image below, which becomes the
one with \`_FILE\`, and \`--requirepass\` and \`--masterauth\` of redis and valkey, which become lines of a configuration that the server
reads first. That is \`secrets/SERVICE-NAME\` beside the compose file: mode 0400, in a folder of mode 0700 with a \`.gitignore\`, never
over a file that is there, written before the compose file, and gone again where that can't be written. Its content is what compose
makes of the text, byte for byte, and is in nothing that is shown.

Compose mounts such a file as it is, and knows no owner for it: it has to belong to the user that the service runs as. Run as root
\`fix\` gives it to that user; otherwise it says the \`chown\` that is needed before the service is started. So a secret that two users
read is in two files, which are told as the same. The file had it in the open, and so has its history: change it.

What isn't sure stays, and is told with its reason: a value that ends with a line end, which images cut off; a number that compose
writes in its own way; a variable that the health check uses, too; what \`env_file\`, an entrypoint of one's own, a service that is extended or
the \`compose.override.yaml\` beside it may have part in; a user by name, or root, who steps down to another. A variable's value
(\`\${NAME}\`) is somebody else's to keep, and stays. So does a URL with a password: it is told with its line, and with the
wrapper that would put it together from a file.

A redis or valkey without a password is told with those that use it. It gets one with \`--set-passwords\` alone, for
its clients fail until they are given it, and not all of them need stand in the file: 256 bits by chance, in a file of its own; its health
check takes it from there. Nothing of the clients is rewritten. One that reads a configuration, replicates, or has users of its own is left.

| image | variables | read from | source |
|---|---|---|---|
${fileVariables
  .map(({ images, variables, suffix, source }) => {
    const names = variables.source.replace(/^\^|\$$/g, "");
    return row([code(images), `\`${names}\``, `the same with \`${suffix}\``, `[source](${source})`]);
  })
  .join("\n")}

## Waivers

They stand in the file, with a reason and a last day (UTC); \`until\` is the last day that counts. A waived result never counts as
passed, one that is over fails and says so, and one that waives nothing is a warning.

    services:
      agent:
        user: root  # harden waive containers.user until 2027-01-31: it reads all processes
        # harden waive containers.docker-socket until 2027-01-31: it lists containers
        volumes: ["/var/run/docker.sock:/var/run/docker.sock"]
      backup:
        x-harden:
          waivers:
            - check: networks.database
              object: "127.0.0.1:5432:5432"
              reason: the dump of the night
              owner: storage team
              until: 2027-01-31

A comment is for what begins on its own line, or on the first line below that is no comment. What is missing is told at the
service's name. Below \`x-harden\` of a service or of a network \`object\` is what is told of it beside its name, left out where that
is all; below \`x-harden\` of the file it is the whole of it.

## Files of secrets, and git

Files below \`secrets:\`, \`env_file\` and the \`.env\` beside the file are looked at where harden runs: their modes, their times, and what
git has of them. Variables count where the name of a key says that it is a secret; files that an included file names don't. No value is
told, only the name of its key, with commit and line.

- \`secrets.git\`: all branches, tags and the stash. Of the compose file, its Dockerfiles and these files whatever is a secret by the
  name of its key; of \`.env\`, compose files and Dockerfiles elsewhere, too; of every other file what a token or a private key is by its form
  (fourteen forms of gitleaks' rules). Lines in the middle of a value, names that say nothing, and what only a merge brought into other files are
  not found. A secret that was there once needs a new one: rewriting history doesn't reach the clones.
- \`secrets.encrypted\`: in git by age or sops (git-crypt and OpenPGP pass, too), with nothing in plain beside it; else in no repository, and 0400 or 0600.
- \`secrets.age\`: more than 90 days since the last commit that changed it, where git has it; else since the file was changed. It is the
  file that was changed: of several secrets in it any one, and encrypting it anew counts, too.

\`git\` is only asked to read, with none of what a repository's configuration may start: no hook, pager, filter, fsmonitor, external diff, or
fetch. Of the project's own files at most 32 MiB and 20 s of history are read, of the rest as much and 10 s; that it was not all is an
error of the one and a warning of the other. A shallow clone is an error: \`fetch-depth: 0\`. Where there is no repository, or no program
git, \`secrets.git\` is not applicable; what depends on it could not be told where there is one and git doesn't read it.

## Where this differs from what guides say

- \`pids_limit\` beside \`deploy.resources.limits\` is refused by compose ("can't set distinct values"): \`pids\` goes into the limits.
- \`cap_drop: [ALL]\` with an image that starts as root crash-loops where its entrypoint changes owners: \`user:\` goes with it.
- \`tmpfs: /var/run\` is a link in many images: \`/run\`. A tmpfs without a size may take half of the memory.
- \`--requirepass \${REDIS_PASSWORD}\` shows in \`docker inspect\`, and in the process list until redis has started, and \`environment:\` in
  the former: \`secrets.visible\` advises a file. It is advice alone, for not every image reads one.
- \`--chown\` of the whole tree lets a break-in rewrite the code: code is root's, and only what must be written the user's.
- A port on 127.0.0.1 passes for everything but databases, caches and queues: nothing on the host needs these but by \`docker exec\`.
- \`restart:\` passes with \`unless-stopped\` and \`always\`, though the benchmark wants \`on-failure:5\`.
- A secret is found by the name of its key, by the form of its issuer, in URLs, and by options of commands; in a Dockerfile in every
  instruction and heredoc. A name that may mean something else (KEY, SEED, BASIC_AUTH, TOKEN_PROVIDER) counts where nobody chose
  the value: its letters and digits take turns as in no word, as those of 19 of 20 random values of 15 characters do. Of a running
  container only names and forms are read, so such a name is not found there. A secret with another name, or chosen by somebody under
  such a name, is not found. Hashes of passwords, references to vaults, and values of sops are no secrets.

`;

const titles = {
  containers: "Containers",
  networks: "Networks",
  exposure: "What is reachable",
  auth: "Logins",
  secrets: "Secrets",
  images: "Dockerfiles",
} as const;

const group = ([name, title]: [string, string]) => [
  `### ${title}`,
  "",
  row(["check", "what holds", "wanted", "severity", "role", "benchmarks"]),
  "|---|---|---|---|---|---|",
  ...composeChecks
    .filter(({ id }) => id.startsWith(`${name}.`))
    .map(({ id, title, expected, severity, role, references, built, test }) => {
      const numbers = references.map(({ benchmark, number }) => `${benchmark}: ${number}`).join("; ") || "–";
      const alsoBuilt = built !== undefined && !id.startsWith("images.") && test !== undefined;
      return row([
        `\`${id}\`${alsoBuilt ? " (Dockerfiles, too)" : ""}`,
        title,
        expected,
        severity,
        role,
        numbers,
      ]);
    }),
  "",
];

const readOnlyIs = {
  read: "sensitive",
  write: "harmless",
} as const;

const hostPaths = [
  "## Paths of the host",
  "",
  "What `containers.sensitive-mounts` names, in files and of what runs. The first row that has a path decides; `/…` is all that lies in it, too;",
  "`*` is any part of one name, `**` any folders or none. A folder around one of these paths is as sensitive as that path. `~` is some user's home, and `/var/run` is `/run`. Every other path passes.",
  "",
  row(["path", "what is there", "with `:ro`"]),
  "|---|---|---|",
  ...sensitivePaths.map(({ paths, extent, harm, why }) =>
    row([code(extent === "tree" ? paths.map((path) => `${path}/…`) : paths), why, readOnlyIs[harm]]),
  ),
  "",
];

const images = [
  "## What images need",
  "",
  "Read in each image's own repository, but for the uids of mariadb, prometheus and grafana, which their documentation gives; not run: `user` is what to write as `user:`; `as root` what its entrypoint needs where",
  "it starts as root; `always` what it needs as any user. Of every other image nothing is known: what it adds is flagged and said to",
  "be unknown, and `1000:1000` is a proposal. A profile says what is to be known of more (below).",
  "",
  row(["image", "user", "always", "as root", "scratch (tmpfs)", "data (volume)", "pids", "why", "source"]),
  "|---|---|---|---|---|---|---|---|---|",
  ...knownImages.map(
    ({ names, user, alpine, ownUser, needs = [], asRoot, scratch, data, pids, why, source }) =>
      row([
        code(names),
        `\`${user}\`${alpine === undefined ? "" : `, Alpine \`${alpine}\``}${ownUser ? ", its own" : ""}`,
        ...[needs, asRoot, scratch, data].map(code),
        ...[String(pids), why, `[source](${source})`],
      ]),
  ),
  "",
];

const logins = [
  "## Who is asked for a login",
  "",
  "The checks `auth.*` are about a service that is one of these, by the last part of its image's name, whoever made it, by the program that its",
  "command starts, or by a variable that one engine alone reads. Words such as `alpine`, `ha`, `server`, a version or an architecture",
  "beside the name don't count. A service that is built is the last FROM, through stages, `target`, ARGs and images that other services of the file",
  "build; ENV, CMD, ENTRYPOINT and files that are copied count below what the file says. A FROM or a name that can't be told is an error of `auth.engines`.",
  "",
  "Variables that clients are given, too, prove an engine only where the service names no other host, its image is not called",
  "as an exporter, a backup or a console is, and no other service of the file is that engine. A service that starts nothing but a client (`redis-cli`, `pg_dump`, a",
  "script of those) is none. Nothing shows what an image with a name of its own is where it needs no such variable: give it a role in a profile.",
  "",
  'What neither `.env` nor a default gives "could not be told": with `${NAME:?}` compose refuses to start without it, and that passes. A password in a file',
  "that is here is compared with the usual ones, as one in a variable is. Of folders that are mounted, files are read that the command, a variable or",
  "another file names, and those called as configuration below `etc`, `conf`, `config` and `*.d`; volumes with a name, and files that the image brings, are not read.",
  "",
  row(["engine", "images", "programs", "variables", "variables of clients, too"]),
  "|---|---|---|---|---|",
  ...Object.entries(engineNames).map(([engine, names]) => {
    const of = (table: Readonly<Record<string, string>>) =>
      code(Object.keys(table).filter((name) => table[name] === engine));
    return row([`\`${engine}\``, code(names), of(servers), of(proofs), of(likely)]);
  }),
  "",
];

/** Known to a profile, and fixed by it and without it. */
const example = {
  profile: `images:
  registry.example/shop/edge:
    role: proxy
    user: "101:101"
    writable: [/run, /var/cache/nginx]
    why: nginx with our pages
  registry.example/shop/api:
    user: "1001:1001"
    pids: 96
    data: [/var/lib/shop]
    egress: true
    why: it takes payments by a service of others, and keeps receipts
`,
  compose: `services:
  edge:
    image: registry.example/shop/edge:v7
    ports: ["443:8443"]
  api:
    image: registry.example/shop/api:v1.2.3
  db:
    image: postgres:17.6
`,
};

const indented = (text: string) => text.trimEnd().replace(/^(?=.)/gm, "    ");

interface Field {
  readonly description: string;
}

const fields = () => {
  const { properties = {} } = z.toJSONSchema(imageSchema, { io: "input", unrepresentable: "any" });
  return Object.entries(properties as Record<string, Field>).map(([name, { description }]) =>
    row([`\`${name}\``, description]),
  );
};

async function ownImages(): Promise<readonly string[]> {
  const { images } = await profileOf({ "p.yaml": example.profile });
  const read = async (path: string) => (path === "compose.yaml" ? example.compose : undefined);
  const options = { read, keep, today: "2027-01-31" };
  const [without, by] = [
    await composeFix("compose.yaml", options),
    await composeFix("compose.yaml", { ...options, images }),
  ];
  const lines = unifiedDiff("compose.yaml", Buffer.from(without.text), Buffer.from(by.text));
  const told = by.before.slice(by.before.findIndex((each) => each.startsWith("By the profile")));
  return [
    "## Images of your own",
    "",
    "A profile's `images:` adds rows to that table, or changes what it says of one; `compose check`, `compose fix` and `audit` read",
    "them by `--profile NAME` or a path, looked for as everywhere. Without it nothing is known but the table. An image is meant with",
    "every tag, whatever the registry, as in the table; two spellings of one, a tag, and a key that isn't known are errors with their",
    "place. What a row doesn't say is the table's of that image, else an app's: `1000:1000`, no capability, no data, no way out; what user",
    "an image starts as is then not known, and that is said. A service that is built is known by the `image:` beside its `build:`. No",
    "plan of a host depends on it.",
    "",
    row(["field", "what it is"]),
    "|---|---|",
    ...fields(),
    "",
    "A service that must call out is on a network that isn't internal (`networks.egress`), and there without any that must not",
    "(`networks.internal`). `compose fix` gives all of them `egress` beside what they are on, so that they reach each other there. On `frontend` they are a finding like any other. With this profile:",
    "",
    indented(example.profile),
    "",
    "and this file:",
    "",
    indented(example.compose),
    "",
    "`compose fix` writes otherwise than without it:",
    "",
    indented(lines),
    "",
    "and says:",
    "",
    indented(told.join("\n")),
    "",
  ];
}

export const composeDoc = async (): Promise<string> =>
  [
    head + ["## The checks", ""].join("\n"),
    ...Object.entries(titles).flatMap(group),
    ...hostPaths,
    ...logins,
    ...images,
    ...(await ownImages()),
  ].join("\n");
