/** The repository of a test host whose lists a test writes anew, without the key that signed them: apt is told to take them so, and forgets those that were signed. */
export const unsigned = `sed -i 's|signed-by=[^] ]*|trusted=yes|; s|^Signed-By:.*|Trusted: yes|' $(ls -d /etc/apt/sources.list /etc/apt/sources.list.d/*.sources 2>/dev/null)
  rm -rf /srv/apt/*/dists/*/InRelease /var/lib/apt/lists/*; apt-get -qq update`;
