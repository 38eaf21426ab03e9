/**
 * Reads the plain values in a Python pickle (protocol 2 to 5), which is how fail2ban's server answers. It never
 * builds an object: a class is data, and what Python would construct becomes the arguments of a string, or an error.
 * Opcodes: Python's Lib/pickletools.py.
 */

export type Pickled = string | number | boolean | null | readonly Pickled[] | Constructed;

/** What Python would call: `builtins.Exception` with its arguments. */
interface Constructed {
  readonly name: string;
  readonly args: readonly Pickled[];
}

type Item = string | number | boolean | null | Item[] | Constructed | typeof mark;
const mark = Symbol("mark");

interface Machine {
  readonly data: Buffer;
  at: number;
  stack: Item[];
  readonly memo: Item[];
}

/** @throws where the data is no pickle, is cut, or holds more than plain values. */
export function parsePickle(data: Buffer): Pickled {
  const machine: Machine = { data, at: 0, stack: [], memo: [] };
  for (;;) {
    const opcode = byte(machine);
    if (opcode === 0x2e) return machine.stack.pop() as Pickled;
    const step = steps[opcode];
    if (step === undefined) throw new Error(`a pickle with the opcode ${opcode} is not understood`);
    step(machine);
  }
}

const byte = (machine: Machine) => number(machine, 1);

function number(machine: Machine, length: number): number {
  const from = advance(machine, length);
  return machine.data.readUIntLE(from, length);
}

function advance(machine: Machine, length: number): number {
  const from = machine.at;
  if (from + length > machine.data.length) throw new Error("the pickle is cut off");
  machine.at = from + length;
  return from;
}

function text(machine: Machine, length: number): string {
  const from = advance(machine, length);
  return machine.data.toString("utf8", from, from + length);
}

function pop(machine: Machine): Item {
  const item = machine.stack.pop();
  if (item === undefined) throw new Error("the pickle is broken");
  return item;
}

function list(item: Item | undefined): Item[] {
  if (!Array.isArray(item)) throw new Error("the pickle is broken");
  return item;
}

function sinceMark(machine: Machine): Item[] {
  const from = machine.stack.lastIndexOf(mark);
  if (from === -1) throw new Error("the pickle is broken");
  return machine.stack.splice(from).slice(1);
}

function fromMemo(machine: Machine, index: number): Item {
  const item = machine.memo[index];
  if (item === undefined) throw new Error("the pickle is broken");
  return item;
}

const push = (of: (machine: Machine) => Item) => (machine: Machine) => {
  const item = of(machine);
  machine.stack.push(item);
};

const tuple = (length: number) =>
  push((machine) => Array.from({ length }, () => pop(machine)).reverse() as Item[]);

function construct(machine: Machine): Item {
  const args = list(pop(machine)) as Pickled[];
  const name = String(pop(machine));
  return name === "builtins.str" && typeof args[0] === "string" ? args[0] : { name, args };
}

function global(machine: Machine): Item {
  const name = String(pop(machine));
  return `${String(pop(machine))}.${name}`;
}

function append(machine: Machine, items: readonly Item[]): void {
  list(machine.stack.at(-1)).push(...items);
}

const steps: Readonly<Record<number, (machine: Machine) => void>> = {
  128: (machine) => void advance(machine, 1), // PROTO
  149: (machine) => void advance(machine, 8), // FRAME
  40: push(() => mark),
  41: push(() => []), // EMPTY_TUPLE
  93: push(() => []), // EMPTY_LIST
  143: push(() => []), // EMPTY_SET
  78: push(() => null),
  136: push(() => true),
  137: push(() => false),
  75: push(byte), // BININT1
  77: push((machine) => number(machine, 2)), // BININT2
  74: push((machine) => machine.data.readInt32LE(advance(machine, 4))), // BININT
  138: push((machine) => number(machine, byte(machine))), // LONG1
  71: push((machine) => machine.data.readDoubleBE(advance(machine, 8))), // BINFLOAT
  140: push((machine) => text(machine, byte(machine))), // SHORT_BINUNICODE
  88: push((machine) => text(machine, number(machine, 4))), // BINUNICODE
  97: (machine) => append(machine, [pop(machine)]), // APPEND
  101: (machine) => append(machine, sinceMark(machine)), // APPENDS
  144: (machine) => append(machine, sinceMark(machine)), // ADDITEMS
  116: push(sinceMark), // TUPLE
  133: tuple(1),
  134: tuple(2),
  135: tuple(3),
  148: (machine) => void machine.memo.push(machine.stack.at(-1) ?? null), // MEMOIZE
  104: push((machine) => fromMemo(machine, byte(machine))), // BINGET
  106: push((machine) => fromMemo(machine, number(machine, 4))), // LONG_BINGET
  147: push(global), // STACK_GLOBAL
  82: push(construct), // REDUCE
};
