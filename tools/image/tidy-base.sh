#!/bin/sh
# Customize hook of mmdebstrap: takes out of an image's root file system what containers do not need and what would
# make two builds differ. Argument: the folder of the root file system.
set -eu
root=$1

: >"$root/etc/machine-id"
rm -f "$root/var/lib/dbus/machine-id" "$root/etc/hostname" "$root/etc/apt/apt.conf.d/99mmdebstrap"
# Who runs the container puts its own over these; here they answer when nobody does.
printf '127.0.0.1 localhost\n::1 localhost\n' >"$root/etc/hosts"
: >"$root/etc/resolv.conf"
rm -rf "$root"/var/cache/* "$root"/var/log/* "$root"/var/lib/apt/lists/* "$root"/tmp/* "$root"/usr/share/info
rm -f "$root"/var/lib/dpkg/*-old "$root"/etc/*-
