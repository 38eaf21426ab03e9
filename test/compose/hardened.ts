const digest = "sha256:8f0b1a6c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f5061728394a5b6c7d8";

/** Of its api. */
export const apiImage = `registry.example/shop/api:v1.2.3@${digest}`;

/** The guide's own example as it should be: every check holds; tests change one thing of it at a time. */
export const hardened = `# The whole service.
name: shop

x-limits: &logging
  driver: json-file
  options:
    max-size: "10m"
    max-file: "3"

services:
  nginx:
    image: nginx:1.28-alpine@${digest}
    user: "101:101"
    read_only: true
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    group_add: ["1002"]
    ports:
      - "80:8080"
      - "443:8443"
    tmpfs:
      - /tmp:size=64M,mode=1777
      - /run:size=64M
      - /var/cache/nginx:size=64M
    volumes:
      - ./nginx.conf:/etc/nginx/nginx.conf:ro
      - /etc/letsencrypt/live/shop.example:/etc/letsencrypt/live/shop.example:ro
      - /etc/letsencrypt/archive/shop.example:/etc/letsencrypt/archive/shop.example:ro
    healthcheck:
      test: ["CMD", "wget", "-q", "--spider", "http://127.0.0.1:8080/health"]
    restart: unless-stopped
    logging: *logging
    deploy:
      resources:
        limits: {cpus: "1.0", memory: 512M, pids: 128}
        reservations: {memory: 128M}
    networks: [frontend, internal]

  api:
    image: ${apiImage}
    user: "1000:1000"
    read_only: true
    cap_drop:
      - ALL
    security_opt:
      - no-new-privileges:true
    environment:
      NODE_ENV: production
      DATABASE_PASSWORD_FILE: /run/secrets/db
    secrets: [db]
    tmpfs:
      - /tmp:size=64M,mode=1777
    healthcheck:
      test: ["CMD", "node", "health.js"]
    restart: on-failure:5
    logging: *logging
    deploy:
      resources:
        limits: {cpus: "1.0", memory: 512M, pids: 64}
        reservations: {memory: 128M}
    networks: [internal, data]

  postgres:
    image: postgres:17.6@${digest}
    user: "999:999"
    read_only: true
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    environment:
      - POSTGRES_PASSWORD_FILE=/run/secrets/db
    secrets: [db]
    tmpfs:
      - /tmp:size=64M,mode=1777
      - /run/postgresql:size=8M
    volumes:
      - db-data:/var/lib/postgresql/data
    healthcheck:
      test: ["CMD", "pg_isready", "-q"]
    restart: unless-stopped
    logging: *logging
    deploy:
      resources:
        limits: {cpus: "1.0", memory: 512M, pids: 256}
        reservations: {memory: 128M}
    networks: [data]

  redis:
    image: redis:8.2-alpine@${digest}
    user: "999:1000"
    command: ["redis-server", "/run/secrets/redis.conf"]
    read_only: true
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    secrets: [redis.conf]
    volumes:
      - {type: volume, source: redis-data, target: /data}
    healthcheck:
      test: ["CMD-SHELL", "redis-cli ping | grep -q NOAUTH"]
    restart: unless-stopped
    logging: *logging
    mem_limit: 512m
    mem_reservation: 128m
    cpus: 1.0
    pids_limit: 64
    networks: [data]

networks:
  frontend:
  internal:
    internal: true
  data:
    internal: true

volumes:
  db-data:
  redis-data:

secrets:
  db:
    file: ./secrets/db
  redis.conf:
    file: ./secrets/redis.conf
`;

/** With one text in another's place, which must stand there once. */
export function changed(from: string, to: string, text = hardened): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`${JSON.stringify(from)} stands there ${parts.length - 1} times`);
  return parts.join(to);
}
