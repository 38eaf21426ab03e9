/** A Handlebars template of `templates/`, compiled at build time; strict: a missing value throws. */
declare module "*.hbs" {
  const render: (values: object) => string;
  export default render;
}

/** The text of a shell file. */
declare module "*.sh" {
  const text: string;
  export default text;
}

/** A shell's completion. */
declare module "*.bash" {
  const text: string;
  export default text;
}
declare module "*.zsh" {
  const text: string;
  export default text;
}
declare module "*.fish" {
  const text: string;
  export default text;
}

/** What a compose file may say, made of the schema of compose at build time. */
declare module "dclint/schemas/compose.schema.json" {
  /** `kinds` left out: anything; `others`: what keys may hold that aren't named; without it there are none. */
  interface Shape {
    readonly kinds?: readonly ("map" | "list" | "value" | "nothing")[];
    readonly keys?: Readonly<Record<string, Shape>>;
    readonly others?: Shape;
    readonly items?: Shape;
  }
  const shape: Shape;
  export default shape;
  export type { Shape };
}
