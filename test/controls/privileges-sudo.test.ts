/** What sudo grants, and lines of Defaults by which it asks for no password, on facts made by hand. */
import { expect, it } from "vitest";
import { privileges } from "../../src/controls/privileges.ts";
import { inventory } from "../../src/facts/inventory.ts";
import { present } from "../../src/facts/probe.ts";
import { access, debian, inputOf, verdict } from "./facts.ts";

/** As cvtsudoers has `WHO ALL = (ALL) ALL`. */
const ruleOf = (who: object) => ({
  User_List: [who],
  Cmnd_Specs: [{ runasusers: [{ username: "ALL" }], Options: [], Commands: [{ command: "ALL" }] }],
});
const debianRules = [ruleOf({ username: "root" }), ruleOf({ usergroup: "sudo" })];

function objects(kind: string, lines: readonly string[], rules: readonly object[] = debianRules) {
  const words = ["sudoers", JSON.stringify({ User_Specs: rules }), ...lines].join("\t");
  const input = inputOf(privileges, {
    params: privileges.schema.parse({}),
    facts: { inventory: present(inventory(15).parse(Buffer.from(`${words}\ndone\tsudoers\ndone\tdoas\n`))) },
    access,
    host: debian("13"),
  });
  return verdict(privileges, `privileges.${kind}`, input).parts?.map(({ object }) => object) ?? [];
}

const sudo = "%sudo (ALL) NOPASSWD: ALL";
// root is the login of these facts.
const [nobody, op] = ["Defaults !authenticate", "Defaults:op !authenticate"];
const ofCommand = "Defaults!/usr/bin/id -u, /bin/sh !authenticate";

it.each<[readonly string[], readonly string[]]>([
  [["Defaults env_reset", "Defaults use_pty"], []],
  [[nobody], [sudo, nobody]],
  [["Defaults:%sudo !authenticate"], [sudo, "Defaults:%sudo !authenticate"]],
  [["Defaults exempt_group=sudo"], [sudo, "Defaults exempt_group=sudo"]],
  ...[
    ...[op, "Defaults:op, !dora !authenticate", "Defaults:\\#1001 !authenticate, insults"],
    ...["Defaults>root !authenticate", "Defaults@web1 !authenticate", ofCommand],
    ...[
      "Defaults exempt_group=op",
      "Defaults:op exempt_group=op",
      "Defaults rootpw",
      "Defaults !tty_tickets",
    ],
    ...["Defaults pam_service=other", "Defaults timestampowner=op", 'Defaults:"domain users" !authenticate'],
  ].map((line): [readonly string[], readonly string[]] => [[line], [line]]),
  // The caller's environment.
  ...[
    ...["Defaults setenv", "Defaults:svc setenv", "Defaults !env_reset", "Defaults env_keep=FOO"],
    ...['Defaults env_keep+="LANG LD_PRELOAD"', "Defaults env_keep+=PYTHONPATH, env_keep+=LANG"],
    ...["Defaults env_keep+=*", "Defaults env_keep+=LC_*x*", "Defaults!/usr/bin/id env_keep+=PERL5LIB"],
  ].map((line): [readonly string[], readonly string[]] => [[line], [line]]),
  // Files and programs that sudo goes by.
  ...[
    ...[
      "Defaults env_file=/opt/env",
      "Defaults restricted_env_file=/opt/env",
      "Defaults mailerpath=/opt/mail",
    ],
    ...['Defaults group_plugin="/opt/g.so /etc/g"', "Defaults:op runchroot=/opt/root"],
  ].map((line): [readonly string[], readonly string[]] => [[line], [line]]),
  [["Defaults env_file=/opt/env", "Defaults !env_file"], []],
  [['Defaults env_keep+="LANG LC_ALL SSH_AUTH_SOCK http_proxy"', "Defaults:op !setenv"], []],
  [['Defaults env_keep+="LD_PRELOAD X"', "Defaults env_keep-=LD_PRELOAD", "Defaults env_keep-=X"], []],
  [['Defaults env_keep+="LD_PRELOAD X"', "Defaults env_keep-=X"], ['Defaults env_keep+="LD_PRELOAD X"']],
  [["Defaults:svc setenv", "Defaults !setenv"], []],
  [["Defaults setenv", "Defaults:svc !setenv"], ["Defaults setenv"]],
  // Given back, or not.
  [[op, "Defaults:op authenticate"], []],
  [[op, "Defaults authenticate"], []],
  [["Defaults>root !authenticate", "Defaults authenticate"], []],
  [["Defaults:op !authenticate, authenticate"], []],
  [["Defaults exempt_group=op", "Defaults !exempt_group"], []],
  [["Defaults:op authenticate", op], [op]],
  [[op, "Defaults>op authenticate"], [op]],
  [[op, "Defaults:dora authenticate"], [op]],
  [
    [nobody, "Defaults:op authenticate"],
    [sudo, nobody],
  ],
  [[ofCommand, "Defaults authenticate"], [ofCommand]],
  [[ofCommand, "Defaults!/usr/bin/id authenticate"], [ofCommand]],
  [[`${op}, exempt_group=op`, "Defaults authenticate"], [`${op}, exempt_group=op`]],
  // Texts have such words, too.
  [['Defaults passprompt="x, !authenticate, rootpw"', 'Defaults:op badpass_message="\\" rootpw"'], []],
  [[op, 'Defaults:op passprompt="now authenticate"'], [op]],
])("privileges.sudo-rules of %j lists %j", (lines, entries) => {
  expect(objects("sudo-rules", lines)).toEqual(entries);
});

it.each<[readonly string[], readonly string[]]>([
  [[], []],
  [[nobody], ["ALL (ALL) NOPASSWD: ALL", nobody]],
  [["Defaults:ALL !authenticate"], ["ALL (ALL) NOPASSWD: ALL", "Defaults:ALL !authenticate"]],
  [["Defaults>root !authenticate"], ["Defaults>root !authenticate"]],
  [["Defaults:op !authenticate"], []],
  [["Defaults targetpw"], []],
])("privileges.sudo-for-everybody with a rule of ALL and %j lists %j", (lines, entries) => {
  expect(objects("sudo-for-everybody", lines, [ruleOf({ username: "ALL" })])).toEqual(entries);
});

it("a rule that lets its user set the environment has another name than one that does not", () => {
  const named = (Options: readonly object[], command: string) =>
    objects(
      "sudo-rules",
      [],
      [
        {
          User_List: [{ username: "svc" }],
          Cmnd_Specs: [{ runasusers: [{ username: "root" }], Options, Commands: [{ command }] }],
        },
      ],
    );
  const [free, set, unset] = [{ authenticate: false }, { setenv: true }, { setenv: false }];
  expect(named([free], "/usr/bin/id")).toEqual(["svc (root) NOPASSWD: /usr/bin/id"]);
  expect(named([free, unset], "/usr/bin/id")).toEqual(["svc (root) NOPASSWD: /usr/bin/id"]);
  expect(named([free, set], "/usr/bin/id")).toEqual(["svc (root) NOPASSWD: SETENV: /usr/bin/id"]);
  expect(named([free, set], "ALL")).toEqual(["svc (root) NOPASSWD: ALL"]);
});
