#!/bin/sh
# Runs one machine until it is switched off, in a mount namespace of its own (unshare --mount --propagation private).
# Arguments: the machine's folder, the folder of its image, the name of its control group, its memory limit in bytes
# or an empty word, then the arguments for systemd-nspawn.
set -eu
umask 022
cd "$1"
image=$2 name=$3 memory=$4
shift 4

# What finds this process again: the boot of the computer, and the pid with the time of its start.
remember() {
	{
		cat /proc/sys/kernel/random/boot_id
		cat "/proc/$2/stat"
	} >"$1.new"
	mv "$1.new" "$1"
}
remember supervisor $$

# A memory limit on a computer whose memory controller still belongs to the old control groups.
if [ -n "$memory" ] && [ -e /sys/fs/cgroup/memory/memory.limit_in_bytes ]; then
	mkdir -p "/sys/fs/cgroup/memory/$name"
	echo "$memory" >"/sys/fs/cgroup/memory/$name/memory.limit_in_bytes"
	echo 0 >"/sys/fs/cgroup/memory/$name/cgroup.procs"
	memory=
fi

# The machine's systemd takes nothing but the unified hierarchy. It is mounted for this mount namespace only.
if [ "$(stat -f -c %T /sys/fs/cgroup)" != cgroup2fs ]; then
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
fi
own=$(sed -n 's/^0:://p' /proc/self/cgroup)
group=/sys/fs/cgroup${own%/}/$name
mkdir -p "$group/supervisor" "$group/machine"
printf '%s\n' "${own%/}/$name" >group
echo 0 >"$group/supervisor/cgroup.procs"
if [ -n "$memory" ]; then
	parent=/sys/fs/cgroup${own%/}
	if ! grep -qw memory "$parent/cgroup.controllers"; then
		echo "The kernel offers no way to limit the machine's memory here." >&2
		exit 1
	fi
	echo +memory >"$parent/cgroup.subtree_control"
	echo +memory >"$group/cgroup.subtree_control"
	echo "$memory" >"$group/machine/memory.max"
fi

# What systemd-nspawn keeps while it runs goes with this mount namespace.
mkdir -p /run/systemd/nspawn
mount -t tmpfs -o mode=755 tmpfs /run/systemd/nspawn

mkdir -p layer root
if [ -e disk.ext4 ]; then mount -t ext4 -o loop disk.ext4 layer; fi
mkdir -p layer/upper layer/work
ln -sfn "$image" image
mount -t overlay -o lowerdir=image,upperdir=layer/upper,workdir=layer/work overlay root
if [ -d seed ]; then
	# Folders that the image has keep their owner and mode.
	tar -C seed -c . | tar -C root -x --no-overwrite-dir --keep-directory-symlink --numeric-owner
	rm -rf seed
fi

code=0
while :; do
	(
		echo 0 >"$group/machine/cgroup.procs"
		exec systemd-nspawn --directory=root "$@"
	) </dev/null &
	remember nspawn $!
	code=0
	wait $! || code=$?
	# With --keep-unit systemd-nspawn leaves a reboot of the machine to its caller and says so with 133.
	[ "$code" -eq 133 ] || break
done

umount root
if [ -e disk.ext4 ]; then umount layer; fi
rm -f nspawn supervisor
exit "$code"
