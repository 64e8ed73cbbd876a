import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { suite, test, type TestContext } from "node:test";
import { type RootlessMachine, rootlessMachine } from "../testing/rootless-machine.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const base = "var/lib/fediversity";

interface Entry {
  readonly path: string;
  readonly content: string;
  readonly mode?: string;
  readonly secret?: boolean;
}

function manifestOf(entries: readonly Entry[]): string {
  const all = entries.map(({ path, content, mode = "0644", secret = false }) => {
    const identity = secret ? sha256(`template of ${path}`) : sha256(content);
    return `${secret ? "s" : "f"} ${identity} ${mode} root root ${path}\n`;
  });
  return [...all, "l ../a.service 0777 root root units/wants/a.service\n"].toSorted().join("");
}

const lists: readonly Entry[] = [
  { path: "lists/links", content: "" },
  { path: "units/a.service", content: "[Unit]\n" },
];
const first: readonly Entry[] = [
  ...lists,
  { path: "files/etc/a", content: "one\n" },
  { path: "files/etc/run", content: "run\n", mode: "0755" },
  { path: "credentials/a.service/pin", content: "1234", mode: "0600", secret: true },
];

/** Stages a manifest, puts the files that are missing into the tree as `send` says, and completes it. */
const stage = `
stage() { # name of the manifest
  stage_manifest "$(wc -c <"$1")" <"$1" >"$1.missing"
  sed -n 's/^missing //p' "$1.missing" | while read -r path; do
    mkdir -p "$base/staging/tree/\${path%/*}"
    cp "$1.d/$path" "$base/staging/tree/$path"
  done
  cat "$1.missing"
  finish_stage "id-of-$1"
}
cd "$1"
bootstrap
`;

async function write(machine: RootlessMachine, name: string, entries: readonly Entry[]): Promise<void> {
  machine.write(name, manifestOf(entries));
  const folders = [...new Set(entries.map(({ path }) => `${name}.d/${path.slice(0, path.lastIndexOf("/"))}`))];
  await machine.run('cd "$1"; shift; mkdir -p "$@"', machine.folder, ...folders);
  for (const { path, content } of entries) machine.write(`${name}.d/${path}`, content);
}

async function staged(context: TestContext, script: string, ...manifests: readonly (readonly Entry[])[]) {
  const machine = rootlessMachine(context);
  for (const [index, entries] of manifests.entries()) await write(machine, `m${String(index + 1)}`, entries);
  return { machine, ...(await machine.run(`${stage}${script}`, machine.folder)) };
}

// Most of the time here is spent waiting for other processes.
suite("the machine's program, staging a generation", { concurrency: true }, () => {
  test("what is there is taken over, wherever it lay; what is new, edited or secret and changed is asked for", async (context) => {
    const second: readonly Entry[] = [
      ...lists,
      { path: "files/etc/moved", content: "one\n" },
      { path: "files/etc/run", content: "run\n" },
      { path: "files/etc/twice", content: "run\n", mode: "0700" },
      { path: "files/etc/new", content: "new\n" },
      { path: "credentials/a.service/pin", content: "1234", mode: "0600", secret: true },
      { path: "credentials/a.service/pin2", content: "5678", mode: "0600", secret: true },
    ];
    const script = `
    stage m1; ln -sfn generations/1 "$base/current"
    echo ==; stage m2
    cd "$base/generations/2"
    stat -c '%a %n' files/etc/* credentials credentials/*/* sums
    cat files/etc/moved files/etc/twice credentials/a.service/pin id number
    readlink units/wants/a.service; sha256sum --check --quiet sums`;
    const { stdout, stderr, code } = await staged(context, script, first, second);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.deepEqual(stdout.split("==\n")[1]?.split("\n"), [
      ...["missing files/etc/new", "missing credentials/a.service/pin2"].toSorted((a, b) =>
        (manifestOf(second)
          .split("\n")
          .find((line) => line.endsWith(a.slice(8))) ?? "") <
        (manifestOf(second)
          .split("\n")
          .find((line) => line.endsWith(b.slice(8))) ?? "")
          ? -1
          : 1,
      ),
      ...["644 files/etc/moved", "644 files/etc/new", "644 files/etc/run", "700 files/etc/twice"],
      ...["700 credentials", "600 credentials/a.service/pin", "600 credentials/a.service/pin2", "600 sums"],
      ...["one", "run", "1234id-of-m2", "2"],
      ...["../a.service", ""],
    ]);
  });

  test("what was edited by hand, secrets too, is sent again", async (context) => {
    const script = `
    stage m1 >/dev/null; ln -sfn generations/1 "$base/current"
    echo edited >"$base/generations/1/files/etc/a"
    echo 9999 >"$base/generations/1/credentials/a.service/pin"
    rm "$base/generations/1/files/etc/run"
    stage m1 | sort
    sort "$base/staging/broken"; cat "$base/generations/2/files/etc/a"`;
    const { stdout, code } = await staged(context, script, first);
    assert.equal(code, 0);
    assert.deepEqual(stdout.split("\n"), [
      ...["missing credentials/a.service/pin", "missing files/etc/a", "missing files/etc/run"],
      ...["credentials/a.service/pin", "files/etc/a", "files/etc/run"],
      ...["one", ""],
    ]);
  });

  test("a tree that did not arrive whole becomes no generation", async (context) => {
    const script = `
    try() { ( stage m1 ) 2>/dev/null | grep '^error'; ls "$base/generations"; }
    echo other >m1.d/files/etc/a; try
    echo one >m1.d/files/etc/a; printf 1 >>m1.d/lists/links; try
    : >m1.d/lists/links
    stage_manifest "$(wc -c <m1)" <m1 >/dev/null
    (cd m1.d && cp -r lists units files "$base/staging/tree")
    ( finish_stage x ); ls "$base/generations"
    ( head -c 20 m1 | stage_manifest 21 ); echo "code $?"`;
    const { stdout } = await staged(context, `set +e; ${script}`, first);
    const damaged = "error transfer-damaged a file did not arrive as it was sent";
    assert.deepEqual(stdout.trimEnd().split("\n"), [
      ...[damaged, "0", damaged, "0"],
      ...["error transfer-damaged credentials/a.service/pin did not arrive", "0"],
      "code 1",
    ]);
  });

  test("numbers are never used twice, and old generations are forgotten but for those one may go back to", async (context) => {
    const machine = rootlessMachine(context);
    const { stdout } = await machine.run(`
    bootstrap
    for number in 1 2 3 4 5 6 7 8 9 10 11 12; do
      mkdir "$base/generations/$number"; echo "$number" >"$base/generations/$number/number"
      case $number in 3 | 10 | 11 | 12) word=failed ;; *) word=confirmed ;; esac
      echo "$word" >"$base/generations/$number/verdict"; : >"$base/log/$number"; : >"$base/log/$number.err"
    done
    ln -sfn generations/2 "$base/current"
    forget_generations; ls "$base/generations" | sort -n | tr '\\n' ' '; ls "$base/log" | sort -n | tr '\\n' ' '`);
    assert.equal(stdout, "0 2 5 6 7 8 9 11 12 2 2.err 5 5.err 6 6.err 7 7.err 8 8.err 9 9.err 11 11.err 12 12.err ");
    assert.deepEqual(machine.list(base), ["current", "generations", "kept", "log"]);
  });
});
