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
