import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { run, type RunResult } from "../../process/run.ts";
import type { ConnectedMachine } from "../connection.ts";
import { machineProgram } from "../program.ts";
import { openSession } from "../ssh/session.ts";

/**
 * A machine in a folder, without root: the machine's real program in a real shell, with its paths below the folder, and
 * small stand-ins for what only root and systemd can do.
 */
export interface RootlessMachine extends ConnectedMachine {
  readonly folder: string;
  /** What an ssh that leads here is started with. */
  readonly connectPrefix: readonly string[];
  /** The program's text, as it runs here. */
  readonly program: string;
  /** Runs a script in which every function of the program is there. */
  run(script: string, ...args: readonly string[]): Promise<RunResult>;
  /** What a timer that is armed would do now; fails when it is not. */
  elapse(timer: "fediversity-rollback" | "fediversity-confirm"): Promise<RunResult>;
  read(path: string): string;
  write(path: string, content: string): void;
  /** Names in a folder of this machine. */
  list(path: string): readonly string[];
}

/** Unit files with these words fail in their own ways: see `systemctl` and `systemd-analyze` below. */
const standIns: Readonly<Record<string, string>> = {
  systemctl: `
verb=
for word; do case $word in -*) ;; *) verb=$word; break ;; esac; done
echo "$*" >>"$root/systemctl.log"
while [ "$#" -gt 0 ]; do word=$1; shift; [ "$word" != "$verb" ] || break; done
case $verb in
  start | restart | try-restart | try-reload-or-restart | stop | show) ;;
  is-active) read -r pid <"$root/activation.pid" && kill -0 "$pid"; exit ;;
  *) exit 0 ;;
esac
count=no
for unit; do
  case $unit in --property=NRestarts) count=yes ;; esac
  case $unit/$verb in
    -*) continue ;;
    # As systemd: what has no unit file cannot be started.
    fediversity.target/start) [ -e "$root/units/$unit" ] || exit 5; continue ;;
    fediversity.target/*) continue ;;
  esac
  state=inactive
  [ ! -e "$root/state/$unit" ] || read -r state <"$root/state/$unit"
  case $verb in
    stop) rm -f "$root/state/$unit" "$root/timers/$unit" ;;
    show)
      if [ "$count" = yes ]; then printf 'NRestarts=0\\n\\n'; continue; fi
      # A oneshot of this machine has always been run before.
      type=simple
      ! grep -qs '^Type=oneshot' "$root/units/$unit" || type='oneshot\\nExecMainExitTimestampMonotonic=5'
      printf "Id=%s\\nActiveState=%s\\nSubState=%s\\nType=$type\\nResult=exit-code\\nLoadState=loaded\\n\\n" "$unit" "$state" "$state"
      ;;
  esac
  case $verb in start | restart | try-*)
    [ "$verb/$state" != "try-restart/inactive" ] || continue
    if grep -qs 'ExecStart=/bin/false' "$root/units/$unit" || ! [ -e "$root/units/$unit" ]; then state=failed; else state=active; fi
    echo "$state" >"$root/state/$unit" ;;
  esac
done
exit 0
`,
  "systemd-run": `
timer='' out='' err='' post=''
while :; do
  case $1 in
    --unit=*) unit=\${1#*=} ;;
    --on-active=*) timer=yes ;;
    --property=StandardOutput=append:*) out=\${1#*append:} ;;
    --property=StandardError=append:*) err=\${1#*append:} ;;
    --property=ExecStopPost=*) post=\${1#*ExecStopPost=} ;;
    --*) ;;
    *) break ;;
  esac
  shift
done
if [ -n "$timer" ]; then printf '%s\\n' "$*" >"$root/timers/$unit.timer"; exit 0; fi
export out err post
setsid sh -c 'echo $$ >"$0"; "$@" >>"$out" 2>>"$err" </dev/null; $post >>"$out"; rm -f "$0"' "$root/activation.pid" "$@" 9>&- >/dev/null 2>&1 &
`,
  "systemd-tmpfiles": `while read -r kind path _rest; do [ "$kind" != d ] || mkdir -p "$path"; done <"$2"\n`,
  "systemd-sysusers": "exit 0\n",
  "systemd-analyze": `
for file; do ! grep -qs '^Invalid' "$file" || { echo "$file:1: Unknown key 'Invalid'" >&2; exit 1; }; done
`,
  journalctl: `for word; do case $word in --unit=*) echo "journal of \${word#*=}" ;; esac; done\n`,
  sleep: "exec /bin/sleep 0.01\n",
  dpkg: `[ "$1" != --print-architecture ] || { echo amd64; exit; }\nexec /usr/bin/dpkg "$@"\n`,
  podman: `
storage=$root/containers/storage
mkdir -p "$storage/overlay-images" "$storage/overlay-layers"
echo "$*" >>"$root/podman.log"
case "$1 $2" in
  "pull --quiet")
    [ ! -e "$root/podman-fails" ] || { cat "$root/podman-fails" >&2; exit 125; }
    case $3 in oci:*)
      layout=\${3#oci:} name=\${3##*staging/images:} layout=\${layout%%:*}
      grep -q '"imageLayoutVersion":"1.0.0"' "$layout/oci-layout" || exit 125
      grep -qF "\\"org.opencontainers.image.ref.name\\":\\"$name\\"" "$layout/index.json" || exit 125
      for blob in "$layout/blobs/sha256"/*; do
        [ "$(sha256sum <"$blob")" = "\${blob##*/}  -" ] || exit 125
        echo "received $(cat "$blob")" >>"$root/podman.log"
        # As containers-storage notes it of each layer.
        printf '{"id":"x","compressed-diff-digest":"sha256:%s"},' "\${blob##*/}" >>"$storage/overlay-layers/layers.json"
      done ;;
    esac
    printf '%s' "$3" | sha256sum | cut -c 1-64 ;;
  tag*) printf '{"id":"%s","names":["%s"]}\\n' "$2" "$3" >>"$storage/overlay-images/images.json" ;;
  rmi*)
    grep -vF "\\"$2\\"" "$storage/overlay-images/images.json" >"$storage/new" || :
    mv "$storage/new" "$storage/overlay-images/images.json" ;;
  "images --quiet") cat "$storage/overlay-images/images.json" 2>/dev/null ;;
  *) exit 0 ;;
esac
`,
  "dpkg-query": `sed 's/^/installed /' "$root/packages"\n`,
};

/** Makes one in a folder that is removed at the end of the test. */
export function rootlessMachine(context: TestContext): RootlessMachine {
  const folder = mkdtempSync(join(tmpdir(), "fediversity-machine-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ["bin", "state", "timers", "run", "etc/systemd/system", "var/lib"])
    mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, "passwd"), "root:x:0:0:root:/root:/bin/sh\n");
  writeFileSync(join(folder, "dpkg-status"), "");
  for (const [name, text] of Object.entries(standIns)) {
    writeFileSync(join(folder, "bin", name), `#!/bin/sh\nroot=${folder}\n${text}`);
    chmodSync(join(folder, "bin", name), 0o755);
  }
  const base = join(folder, "var/lib/fediversity");
  const rewrite: readonly (readonly [from: string, to: string])[] = [
    // Flushing whole file systems is what takes time, and nothing here survives the test.
    ["^say\\(\\)", "sync() { :; }\nsay()"],
    ["^base=.*", `base=${base}`],
    ["^unit_path=.*", `unit_path=${folder}/units`],
    ["^quadlet_path=.*", `quadlet_path=${folder}/quadlets`],
    ["^containers=.*", `containers=${folder}/containers/storage`],
    ["^guard=.*", `guard=${folder}/etc/systemd/system/fediversity-guard.service`],
    ['"/etc/systemd/system', `"${folder}/etc/systemd/system`],
    [" PATH=/usr", ` PATH=${folder}/bin:/usr`],
    [" /etc\\)", ` ${folder}/etc)`],
    ["below=/var", `below=${folder}/var`],
    ["/run/fediversity-", `${folder}/run/fediversity-`],
    ["</etc/passwd", `<${folder}/passwd`],
    ["/var/lib/dpkg/status", `${folder}/dpkg-status`],
  ];
  const program = rewrite.reduce(
    (text, [from, to]) => text.replaceAll(new RegExp(from, "gm"), to),
    machineProgram().text,
  );
  writeFileSync(join(folder, "program"), program);
  // What sshd and the command of a session do, but with the program whose paths are below the folder.
  writeFileSync(
    join(folder, "enter"),
    `for command; do :; done\nhead -c "\${command##* }" >/dev/null\nsource_text=$(cat '${folder}/program')\nset --\neval "$source_text"\n`,
  );
  const functions = program.slice(0, program.lastIndexOf("verb=${1:-session}"));
  const connectPrefix = ["setsid", "sh", join(folder, "enter")];
  return {
    folder,
    connectPrefix,
    program,
    open: (attempted) =>
      openSession(
        {
          alias: "machine/a",
          address: "192.0.2.7",
          port: 22,
          user: "root",
          knownHostsFile: "/dev/null",
          acceptNew: false,
          prefix: connectPrefix,
        },
        attempted,
        new AbortController().signal,
      ),
    memory: () => Promise.resolve({ hostKeys: [] }),
    pin: () => Promise.resolve(),
    run: (script, ...args) => run("sh", ["-c", `${functions}\n${script}`, "sh", ...args], { timeout: 10_000 }),
    async elapse(timer) {
      const words = readFileSync(join(folder, "timers", `${timer}.timer`), "utf8")
        .trim()
        .split(" ");
      return await run(words[0] ?? "", words.slice(1), { timeout: 10_000 });
    },
    read: (path) => readFileSync(join(folder, path), "utf8"),
    write: (path, content) => writeFileSync(join(folder, path), content),
    list: (path) => readdirSync(join(folder, path)).toSorted(),
  };
}
