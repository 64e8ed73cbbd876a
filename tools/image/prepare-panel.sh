#!/bin/sh
# Customize hook of mmdebstrap: makes the root file system of FediPanel's image what the panel is at home in.
# Argument: the folder of the root file system.
set -eu
root=$1

# OpenSSH asks who it runs as, and looks for keys in this user's home, whatever $HOME says.
echo 'fedipanel:x:8090:8090:FediPanel:/var/lib/fedipanel:/usr/sbin/nologin' >>"$root/etc/passwd"
echo 'fedipanel:x:8090:' >>"$root/etc/group"
echo 'fedipanel:!:1::::::' >>"$root/etc/shadow"
echo 'fedipanel:!::' >>"$root/etc/gshadow"
install -d -o 8090 -g 8090 -m 0700 "$root/var/lib/fedipanel"
install -d -m 0755 "$root/srv/fedipanel"
# Modules beside fediversity.config.ts find the packages that the program itself uses.
ln -s /opt/fediversity/node_modules "$root/srv/node_modules"
# Where the identity for machines is put, unless the configuration names another.
printf 'IdentityFile /run/secrets/identity\n' >"$root/etc/ssh/ssh_config.d/fedipanel.conf"

# Packages for machines come from here; not from where this image was built.
rm -f "$root"/etc/apt/sources.list.d/*
cat >"$root/etc/apt/sources.list" <<END
deb http://deb.debian.org/debian trixie main
deb http://deb.debian.org/debian trixie-updates main
deb http://security.debian.org/debian-security trixie-security main
END
# It runs without rights, so it has none to give up.
printf 'APT::Sandbox::User "";\n' >"$root/etc/apt/apt.conf.d/fedipanel"
