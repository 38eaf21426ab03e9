/** What says here what hosts should be. */
export type Here =
  | { readonly kind: "nothing" }
  | { readonly kind: "project"; readonly file: string }
  /** `name` is what `--profile` takes. */
  | { readonly kind: "profile"; readonly name: string; readonly file: string; readonly others: number };
