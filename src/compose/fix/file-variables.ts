/**
 * Images that read a secret from the file that a variable names, beside the variable that has it itself: by the entrypoint
 * or the documentation that each row names; read, not run. Both at once most of them refuse. Of every other image nothing
 * is guessed. Pure.
 */
import { parseImage } from "../../profile/image-name.ts";

export interface FileVariables {
  /** Without registry and tag. */
  readonly images: readonly string[];
  /** The variables that have a twin which names a file. */
  readonly variables: RegExp;
  /** What the twin's name has in addition. */
  readonly suffix: "_FILE" | "__FILE";
  readonly source: string;
}

export const fileVariables: readonly FileVariables[] = [
  {
    images: ["postgres", "postgis/postgis", "timescale/timescaledb"],
    variables: /^POSTGRES_PASSWORD$/,
    suffix: "_FILE",
    source: "https://github.com/docker-library/postgres/blob/master/docker-entrypoint.sh",
  },
  {
    images: ["mysql"],
    variables: /^MYSQL_(ROOT_)?PASSWORD$/,
    suffix: "_FILE",
    source: "https://github.com/docker-library/mysql/blob/master/template/docker-entrypoint.sh",
  },
  {
    images: ["mariadb"],
    variables: /^(MYSQL|MARIADB)_(ROOT_)?PASSWORD$/,
    suffix: "_FILE",
    source: "https://github.com/MariaDB/mariadb-docker/blob/master/docker-entrypoint.sh",
  },
  {
    images: ["mongo"],
    variables: /^MONGO_INITDB_ROOT_PASSWORD$/,
    suffix: "_FILE",
    source: "https://github.com/docker-library/mongo/blob/master/docker-entrypoint.sh",
  },
  {
    images: ["grafana/grafana", "grafana/grafana-oss", "grafana/grafana-enterprise"],
    variables: /^GF_[A-Z0-9_]+$/,
    suffix: "__FILE",
    source: "https://github.com/grafana/grafana/blob/main/packaging/docker/run.sh",
  },
  {
    images: ["wordpress"],
    variables: /^WORDPRESS_DB_PASSWORD$/,
    suffix: "_FILE",
    source: "https://github.com/docker-library/wordpress/blob/master/wp-config-docker.php",
  },
  {
    images: ["nextcloud"],
    variables: /^(NEXTCLOUD_ADMIN|REDIS_HOST)_PASSWORD$/,
    suffix: "_FILE",
    source: "https://github.com/nextcloud/docker/blob/master/docker-entrypoint.sh",
  },
];

/** `POSTGRES_PASSWORD_FILE` for `POSTGRES_PASSWORD`; undefined where the image is not known to read one. */
export function fileVariableOf(image: string, key: string): string | undefined {
  const { repository } = parseImage(image);
  const row = fileVariables.find(
    ({ images, variables }) => images.includes(repository) && variables.test(key),
  );
  return row === undefined ? undefined : `${key}${row.suffix}`;
}
