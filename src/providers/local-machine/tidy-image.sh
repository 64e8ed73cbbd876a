#!/bin/sh
# Customize hook of mmdebstrap: takes out of a new root file system what machines must not share
# and what only slows their boot. Argument: the folder of the root file system.
set -eu
root=$1

# Every machine gets its own host key and machine id.
rm -f "$root"/etc/ssh/ssh_host_*
: >"$root/etc/machine-id"
rm -f "$root/var/lib/dbus/machine-id" "$root/etc/hostname" "$root/etc/resolv.conf"

# How this computer reaches the archive is its own affair.
rm -f "$root/etc/apt/apt.conf.d/99mmdebstrap"

cat >"$root/etc/ssh/sshd_config.d/machine.conf" <<'END'
HostKey /etc/ssh/ssh_host_ed25519_key
UseDNS no
END

# Journals survive a hard stop better when they are written out soon, and the end of one is what a failure is read from.
mkdir -p "$root/etc/systemd/journald.conf.d"
cat >"$root/etc/systemd/journald.conf.d/machine.conf" <<'END'
[Journal]
Storage=persistent
SystemMaxUse=64M
END

chroot "$root" systemctl enable systemd-networkd.service
for unit in \
	apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer e2scrub_all.timer e2scrub_reap.service \
	man-db.timer getty.target getty@tty1.service console-getty.service container-getty@.service getty-static.service \
	sshd-keygen.service systemd-firstboot.service systemd-pstore.service systemd-hwdb-update.service \
	systemd-journal-catalog-update.service ldconfig.service systemd-networkd-persistent-storage.service \
	systemd-ask-password-wall.path systemd-ask-password-console.path
do
	ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
# Nothing has to be brought up to date at the first boot (systemd-update-done.service(8)).
touch "$root/etc/.updated" "$root/var/.updated"
