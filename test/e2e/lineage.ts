/** Certificates as certbot keeps them, made without it. */

/** Where certbot keeps what it has. */
export const root = "/etc/letsencrypt";

/** Shell functions: `authority`, once, and `lineage DOMAIN NAME DAYS`, a certificate for NAME as certbot lays it out. */
export const lineages = `
authority() {
  mkdir -p /run/ca && cd /run/ca
  openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=Test -days 3650 2>/dev/null
}
lineage() {
  mkdir -p ${root}; mkdir -p -m 700 ${root}/live ${root}/archive ${root}/live/$1 ${root}/archive/$1
  cd ${root}/archive/$1
  openssl req -newkey rsa:2048 -nodes -keyout privkey1.pem -out /run/ca/csr -subj /CN=$2 2>/dev/null
  printf 'subjectAltName=DNS:%s\\n' "$2" >/run/ca/ext
  openssl x509 -req -in /run/ca/csr -CA /run/ca/ca.pem -CAkey /run/ca/ca.key -CAcreateserial -days $3 -extfile /run/ca/ext -out cert1.pem 2>/dev/null
  cp /run/ca/ca.pem chain1.pem
  cat cert1.pem chain1.pem >fullchain1.pem
  chmod 600 privkey1.pem
  for part in cert chain fullchain privkey; do ln -sf ../../archive/$1/\${part}1.pem ${root}/live/$1/$part.pem; done
}
`;
