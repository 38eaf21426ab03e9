/** A service of a database, a cache or a queue, and whether a stranger gets in. */
import { basename } from "node:path";
import { stringify } from "yaml";

export interface ServerRow {
  readonly kind: "redis" | "postgres" | "mysql" | "rabbitmq";
  readonly what: string;
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly command?: string | readonly string[];
  /** Texts of what is mounted, by their paths in the container. */
  readonly files?: Readonly<Record<string, string>>;
  /** Whether somebody who guesses gets in over the network. */
  readonly open: boolean;
}

/** Nobody guesses it. */
export const word = "kT3xw9QzLr";

/** The file, with what is mounted beside it. */
export const composeOf = ({ image, environment, command, files = {} }: ServerRow): string => {
  const volumes = Object.keys(files).map((path) => `./${basename(path)}:${path}:ro`);
  const it = {
    image,
    ...(environment && { environment }),
    ...(command && { command }),
    ...(volumes.length > 0 && { volumes }),
  };
  return stringify({ services: { it } });
};
