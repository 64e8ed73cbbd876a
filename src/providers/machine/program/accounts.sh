# Makes the users of generation $2 and removes those that only generation $1 had.
switch_users() { # old new
  old_users=$base/generations/$1/lists/users
  new_users=$base/generations/$2/lists/users
  while read -r user _rest; do
    grep -q "^$user " "$new_users" || remove_user "$user"
  done <"$old_users"
  [ -s "$new_users" ] || return 0
  while read -r user home shell groups; do
    if ! getent passwd "$user" >/dev/null; then
      say "$user" >>"$base/accounts"
      # Debian has groups without a user, such as operator; they stay when the user goes.
      getent group "$user" >/dev/null || say "$user" >>"$base/groups"
      kept=$(sed -n "s/^$user \([0-9]*\)$/\1/p" "$base/accounts-kept" 2>/dev/null | tail -n 1) || kept=
      sed -n -e '/^r /p' -e "s/^u $user - /u $user ${kept:--} /p" "$base/generations/$2/lists/sysusers.conf" >"$base/sysusers.conf"
      systemd-sysusers "$base/sysusers.conf"
      rm -f "$base/sysusers.conf"
    fi
    before=$(sed -n "s/^$user //p" "$old_users")
    [ -n "$before" ] && [ "$before" != "$home $shell $groups" ] || continue
    usermod --shell "$shell" "$user"
    [ "$home" = - ] || usermod --home "$home" "$user"
    for group in $(say "${before##* }" | tr , ' '); do
      case ",$groups," in *",$group,"*) ;; *) [ "$group" = - ] || gpasswd --delete "$user" "$group" >/dev/null ;; esac
    done
  done <"$new_users"
  systemd-sysusers "$base/generations/$2/lists/sysusers.conf"
}

# Removes a user that we made; its id is remembered, so that data of it that is kept still belongs to it later.
remove_user() { # user
  grep -qx "$1" "$base/accounts" 2>/dev/null || return 0
  if entry=$(getent passwd "$1"); then
    uid=$(say "$entry" | cut -d : -f 3)
    sed -i "/^$1 /d" "$base/accounts-kept" 2>/dev/null || true
    say "$1 $uid" >>"$base/accounts-kept"
    systemctl stop "user-$uid.slice" 2>/dev/null || true
    group=$(getent group "$1" | cut -d : -f 3)
    # --force: also when somebody is still logged in as this user. It takes a group of the same name along: userdel(8).
    userdel --force "$1"
    if grep -qx "$1" "$base/groups" 2>/dev/null; then
      if getent group "$1" >/dev/null; then groupdel "$1"; fi
      sed -i "/^$1\$/d" "$base/groups"
    elif [ -n "$group" ] && ! getent group "$1" >/dev/null; then
      groupadd --gid "$group" "$1"
    fi
  fi
  sed -i "/^$1\$/d" "$base/accounts"
}

# Refuses users of generation $1 that exist already and are not ours.
foreign_users() {
  while read -r user _rest; do
    if getent passwd "$user" >/dev/null && ! grep -qx "$user" "$base/accounts" 2>/dev/null; then
      say "$user"
    fi
  done <"$base/generations/$1/lists/users"
}
