#!/bin/sh
# Counts a visit in redis, writes it down in PostgreSQL, and says how many both know of.
set -eu

# redis://:PASSWORD@HOST:PORT
place=${REDIS_URL#redis://:}
REDISCLI_AUTH=${place%@*}
export REDISCLI_AUTH
place=${place##*@}
count=$(redis-cli -h "${place%:*}" -p "${place#*:}" INCR visits)
rows=$(psql --quiet --no-align --tuples-only "$DATABASE_URL" <<'END'
SET client_min_messages = error;
CREATE TABLE IF NOT EXISTS visits (at timestamptz NOT NULL DEFAULT now());
INSERT INTO visits DEFAULT VALUES;
SELECT count(*) FROM visits;
END
)
printf 'Content-Type: application/json\r\n\r\n{"redis": %s, "postgres": %s, "uid": %s}\n' "$count" "$rows" "$(id -u)"
