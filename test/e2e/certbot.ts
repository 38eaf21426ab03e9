/** An ACME server on a test host, for certbot to ask: pebble, with an authority that the host trusts. */
import type { TestHost } from "./hosts.ts";

export const domain = "example.test";

/** The packages come from the host's own repository. `pebble` runs as a unit of that name. */
export const acmeServer = `set -e
export DEBIAN_FRONTEND=noninteractive
apt-get install -y -qq --no-install-recommends certbot pebble nginx-light openssl >/dev/null 2>&1
mkdir -p /opt/acme && cd /opt/acme
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=acme -days 30 \\
  -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
openssl req -newkey rsa:2048 -nodes -keyout key.pem -out csr -subj /CN=localhost 2>/dev/null
printf 'subjectAltName=DNS:localhost\\nauthorityKeyIdentifier=keyid\\nsubjectKeyIdentifier=hash\\n' >ext
openssl x509 -req -in csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile ext -out cert.pem 2>/dev/null
install -m 644 ca.pem /usr/local/share/ca-certificates/acme.crt
update-ca-certificates >/dev/null 2>&1
cat >pebble.json <<END
{"pebble": {"listenAddress": "127.0.0.1:14000", "certificate": "/opt/acme/cert.pem", "privateKey": "/opt/acme/key.pem",
  "httpPort": 80, "tlsPort": 443}}
END
echo '127.0.0.1 ${domain}' >>/etc/hosts
systemd-run -q --unit pebble -E PEBBLE_VA_NOSLEEP=1 -E PEBBLE_AUTHZREUSE=0 -E PEBBLE_WFE_NONCEREJECT=0 pebble -config /opt/acme/pebble.json
echo 'server = https://localhost:14000/dir' >>/etc/letsencrypt/cli.ini
until python3 -c 'import socket; socket.create_connection(("localhost", 14000))' 2>/dev/null; do sleep 0.1; done
`;

/** The first certificate, by certbot's standalone, while nginx is stopped. */
export const firstCertificate = `systemctl stop nginx
certbot certonly -n --standalone --agree-tos --register-unsafely-without-email -d ${domain} 2>&1
systemctl start nginx`;

export const renewAll = "certbot renew -n --force-renewal --no-random-sleep-on-renew 2>&1";

/** Runs a script that must end well; its output. */
export const mustOn =
  (host: () => TestHost, expectEnd: (code: number, said: string) => void) =>
  async (script: string, timeoutMs = 120_000) => {
    const { code, stdout, stderr } = await host().exec(script, { timeoutMs });
    expectEnd(code, `${script}\n${stdout}${stderr}`);
    return stdout;
  };
