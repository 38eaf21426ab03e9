import { expect, it } from "vitest";
import { guardUndo } from "../../../src/controls/ssh/guard.ts";
import { dropinPath, mainPath } from "../../../src/controls/ssh/layout.ts";
import type { Change } from "../../../src/plan/plan.ts";
import { admin, type Bend, debianMain, effective, input, keyFile, root } from "./input.ts";

const changeOf = (path: string) => ({ address: `ssh/file:${path}`, control: "ssh", kind: "file" }) as Change;
const noPam = debianMain.replace("UsePAM yes", "UsePAM no");
const bob = { ...admin, name: "bob", uid: 1001 };
const people = { accounts: [admin, root, bob], keys: [keyFile(admin), keyFile(bob)] };

/** harden's drop-in goes, or other files come back as they were. */
function ids(bend: Bend, back: Readonly<Record<string, string>> = { [dropinPath]: "" }, changed?: string) {
  const contents = new Map(Object.entries(back).map(([path, text]) => [path, Buffer.from(text)]));
  const changes = changed === undefined ? [...contents.keys()].map(changeOf) : [changeOf(changed)];
  return guardUndo(input(bend), { changes, contents }).map(
    ({ level, id }) => `${level} ${id.replace("ssh.", "")}`,
  );
}

const ours = (lines: string, said: Record<string, string> = {}): Bend => ({
  ...people,
  dropins: { "00-harden.conf": lines },
  effective: { global: effective(said) },
});

it.each<[string, Bend, readonly string[], Readonly<Record<string, string>>?]>([
  ["nothing else comes back", ours("MaxAuthTries 3\n", { maxauthtries: "3" }), []],
  [
    "UsePAM no comes back",
    { ...ours("UsePAM yes\n"), main: noPam },
    ["block account-locked", "warn others-locked"],
  ],
  [
    "UsePAM is in no file any more",
    { ...ours("UsePAM yes\n"), main: debianMain.replace("UsePAM yes\n", "") },
    ["block account-locked", "warn others-locked"],
  ],
  ["root comes in by key alone", { ...ours("PermitRootLogin yes\n"), access: { login: "root" } }, []],
  [
    "root login goes off again",
    {
      ...ours("PermitRootLogin prohibit-password\n"),
      main: `${debianMain}PermitRootLogin no\n`,
      access: { login: "root" },
    },
    ["block root-login"],
  ],
  [
    "a list without the login comes back",
    ours("AllowUsers admin\n", { allowusers: "admin" }),
    ["block not-allowed"],
    { [dropinPath]: "", [mainPath]: `${debianMain}AllowUsers op\n` },
  ],
  ["a list with the login goes", ours("AllowUsers op\n", { allowusers: "op" }), []],
  [
    "keys are off as they were",
    ours("PubkeyAuthentication yes\n"),
    ["block no-method"],
    { [dropinPath]: "", [mainPath]: `${debianMain}PubkeyAuthentication no\nPasswordAuthentication no\n` },
  ],
  [
    "UsePAM yes comes back for a password that is over",
    {
      ...ours("UsePAM no\n", { usepam: "no" }),
      accounts: [admin, root, { ...bob, shadow: { password: "none", changeDue: 1 } }],
    },
    ["warn others-ended"],
  ],
])("judges a rollback by what %s", (_what, bend, found, back) => {
  expect(ids(bend, back)).toEqual(found);
});

it("warns on a console, which stays, of what is new alone", () => {
  const console_ = { via: "local", login: "root" } as const;
  const bend = { ...ours("UsePAM yes\n"), main: noPam, access: console_ };
  expect(ids(bend)).toEqual(["warn account-locked", "warn others-locked"]);
  expect(
    ids({ ...ours("PasswordAuthentication no\n", { passwordauthentication: "no" }), access: console_ }),
  ).toEqual([]);
});

it("says nothing where sshd reads nothing anew", () => {
  expect(ids({ ...ours("UsePAM yes\n"), main: noPam }, {}, "/etc/profile.d/harden.sh")).toEqual([]);
});
