/** `harden init --from-ansible INVENTORY`: its hosts and groups become those of the project. */
import type { Outside, Shown } from "../../command/command.ts";
import { written as viewed } from "../../command/formats.ts";
import type { AnsibleInventory, InventoryHost } from "../../project/ansible.ts";
import { parseInventory } from "../../project/ansible.ts";
import { withEntries } from "../../project/edit.ts";
import { listInventory, refused } from "./ansible-inventory.ts";
import { inventoryData, inventoryText } from "./ansible-text.ts";
import type { InitLine } from "./options.ts";
import { type ProfilePlace, placeOf, projectOf, shownFiles, unwritten, writeAsked } from "./place.ts";

/** The hosts as the project file has them; those that are there stay as they are. */
function entriesOf(inventory: AnsibleInventory, hosts: readonly InventoryHost[], { project }: ProfilePlace) {
  const known = project?.values.groups ?? {};
  const groups = inventory.groups.filter((name) => !Object.hasOwn(known, name));
  const hostOf = ({ groups: own }: InventoryHost) => (own.length === 0 ? {} : { groups: own });
  const pairs = hosts.map((host) => [host.target, hostOf(host)] as const);
  const named = groups.map((name) => [name, {}] as const);
  if (project !== undefined)
    return [
      ...pairs.map(([name, value]) => [["hosts", name], value] as const),
      ...named.map(([name, value]) => [["groups", name], value] as const),
    ];
  return [
    [["profile"], "production"] as const,
    [["hosts"], Object.fromEntries(pairs)] as const,
    ...(named.length === 0 ? [] : [[["groups"], Object.fromEntries(named)] as const]),
  ];
}

function inventoryOf(text: string, where: string): AnsibleInventory {
  const inventory = parseInventory(text);
  if (inventory === undefined)
    throw refused("What ansible-inventory said is not understood.", {
      where,
      hint: "See what it says: ansible-inventory --list -i INVENTORY.",
    });
  const { wrong, hosts } = inventory;
  if (wrong.length > 0)
    throw refused(`The inventory has what a project file can't have: ${wrong.join("; ")}.`, {
      where,
      hint: "Give these hosts an ansible_host that ssh knows, and these groups another name.",
    });
  if (hosts.length === 0)
    throw refused("The inventory has no hosts.", { where, hint: "Name a file or a folder with hosts." });
  return inventory;
}

export async function initAnsible(
  file: string,
  { given, unasked }: { readonly given: InitLine["given"]; readonly unasked: string },
  outside: Outside,
): Promise<Shown> {
  const place = await placeOf(outside);
  const { project, projectPath, before } = place;
  const inventory = inventoryOf(await listInventory(file), file);
  const there = (host: InventoryHost) =>
    project !== undefined && Object.hasOwn(project.values.hosts, host.target);
  const hosts = inventory.hosts.filter((host) => !there(host));
  const kept = inventory.hosts.filter(there).map(({ target }) => target);
  const text = withEntries(before, projectPath, entriesOf(inventory, hosts, place));
  const texts = text === before ? [] : [{ path: projectPath, text, before }];
  await projectOf(place, texts);
  const report = { inventory, kept, hosts, files: await shownFiles(place, texts) };
  const write = given.write === true || texts.length === 0;
  const proposal = () => inventoryText({ ...report, isWritten: false }, outside.sidePage);
  if (!(await writeAsked(texts, { ...report, proposal, unasked, write }, outside))) return unwritten;
  const shown = viewed(
    {
      text: () => inventoryText({ ...report, isWritten: true, isShown: !write }, outside.page),
      failures: () => [],
      data: () => inventoryData(report),
    },
    given.format,
  );
  return { ...shown, status: 0, hosts: [] };
}
