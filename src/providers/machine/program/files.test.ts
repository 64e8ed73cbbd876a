import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { type RootlessMachine, rootlessMachine } from "../testing/rootless-machine.ts";

interface Tree {
  readonly links?: readonly string[];
  readonly copies?: readonly string[];
  readonly directories?: readonly string[];
  readonly data?: readonly string[];
}

const base = "var/lib/fediversity";

/** A machine with these generations from 1 on; a file's content is the number of its generation. */
async function withTrees(context: TestContext, ...trees: readonly Tree[]): Promise<RootlessMachine> {
  const machine = rootlessMachine(context);
  await machine.run("bootstrap");
  for (const [index, tree] of trees.entries()) {
    const folder = join(machine.folder, base, "generations", String(index + 1));
    const lines = (paths: readonly string[] = []): string =>
      paths
        .toSorted()
        .map((path) => `${machine.folder}${path}\n`)
        .join("");
    mkdirSync(join(folder, "lists"), { recursive: true });
    for (const list of ["links", "copies", "directories", "data"] as const)
      writeFileSync(join(folder, "lists", list), lines(tree[list]));
    const made = [...(tree.directories ?? []), ...(tree.data ?? [])].map((path) => `d ${machine.folder}${path} 0755\n`);
    writeFileSync(join(folder, "lists/tmpfiles.conf"), made.join(""));
    for (const path of [...(tree.links ?? []), ...(tree.copies ?? [])]) {
      const file = join(folder, "files", machine.folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${String(index + 1)}\n`);
    }
  }
  return machine;
}

/** What the machine does between two generations, to files alone. */
const between = `
between() { # old new
  ln -sfn "generations/$2" "$base/current"
  make_directories "$2"
  switch_files "$1" "$2"
  remove_directories "$1" "$2"
}
shown() { (cd "$1" && find etc srv ! -type d 2>/dev/null | sort | while read -r path; do
  [ ! -L "$path" ] || printf '%s' '-> '
  printf '%s: ' "$path"; cat "$path"
done); }
`;

// Most of the time here is spent waiting for other processes.
suite("the machine's program, placing files and folders", { concurrency: true }, () => {
  test("files take the places of others, change, and give them back", async (context) => {
    const machine = await withTrees(
      context,
      { links: ["/etc/app/a", "/etc/app/b", "/srv/new/deep/c"], copies: ["/etc/app/d"] },
      { links: ["/etc/app/a", "/etc/app/d"], copies: ["/etc/app/b"] },
    );
    mkdirSync(join(machine.folder, "etc/app"), { recursive: true });
    machine.write("etc/app/a", "Debian's\n");
    machine.write("etc/app/other", "the administrator's\n");
    symlinkSync("other", join(machine.folder, "etc/app/d"));
    const script = `${between}
    for step in "0 1" "1 2" "2 2" "2 0"; do echo "== $step"; between $step; shown "$1"; done
    find "$1/etc" "$1/srv" -name '*.fediversity' -o -type d -name deep || :
    cat "$base/placed" "$base/made-directories"; find "$base/kept" ! -type d`;
    const { stdout, stderr } = await machine.run(script, machine.folder);
    assert.equal(
      stdout,
      `== 0 1
-> etc/app/a: 1
-> etc/app/b: 1
etc/app/d: 1
etc/app/other: the administrator's
-> srv/new/deep/c: 1
== 1 2
-> etc/app/a: 2
etc/app/b: 2
-> etc/app/d: 2
etc/app/other: the administrator's
== 2 2
-> etc/app/a: 2
etc/app/b: 2
-> etc/app/d: 2
etc/app/other: the administrator's
== 2 0
etc/app/a: Debian's
-> etc/app/d: the administrator's
etc/app/other: the administrator's
`,
    );
    assert.equal(stderr, `find: '${machine.folder}/srv': No such file or directory\n`);
  });

  test("a switch that is cut short anywhere is finished or taken back as if nothing had happened", async (context) => {
    const machine = await withTrees(
      context,
      { links: ["/etc/app/a"], copies: ["/etc/app/b"] },
      { links: ["/etc/app/b", "/srv/c"], copies: [] },
    );
    mkdirSync(join(machine.folder, "etc/app"), { recursive: true });
    machine.write("etc/app/a", "A\n");
    machine.write("etc/app/b", "B\n");
    // Every command that changes anything is counted, and the shell is gone before the one whose turn it is.
    const script = `${between}
    counted() {
      done=$((done + 1))
      [ "$done" -lt "$1" ] || { kill -s KILL "$whole" 2>/dev/null; exit 9; }
      shift
      command "$@"
    }
    mkfifo "$1/gate"
    gate=$1/gate
    cut_short() {
      cat "$gate" & reader=$!
      cut=0
      (
        done=0 whole=$(exec sh -c 'echo $PPID')
        for tool in mv ln cp rm mkdir rmdir; do eval "$tool() { counted $3 $tool \\"\\$@\\"; }"; done
        between "$1" "$2"
      ) 8>"$gate" || cut=$?
      # What the shell had begun ends with it, as at a power cut.
      wait "$reader"
      return "$cut"
    }
    between 0 1
    at=1
    while :; do
      code=0
      cut_short 1 2 $at || code=$?
      between 2 1; echo "back $(shown "$1" | tr '\\n' ' ')"
      [ "$code" = 137 ] || break
      cut_short 1 2 $at || :
      between 1 2; echo "on $(shown "$1" | tr '\\n' ' ')"
      between 2 1
      at=$((at + 1))
    done
    between 1 0; echo "none $(shown "$1" | tr '\\n' ' ')"; echo "times $at"`;
    const { stdout, stderr, code } = await machine.run(script, machine.folder);
    assert.deepEqual([code, stderr.replaceAll(/^(?:Killed)?\n/gm, "")], [0, ""]);
    const lines = stdout.trimEnd().split("\n");
    const times = Number(lines.pop()?.split(" ")[1]);
    assert.ok(times >= 9, `it was cut at ${String(times)} places`);
    assert.deepEqual([...new Set(lines.map((line) => line.trimEnd()))].toSorted(), [
      "back -> etc/app/a: 1 etc/app/b: 1",
      "none etc/app/a: A etc/app/b: B",
      "on etc/app/a: A -> etc/app/b: 2 -> srv/c: 2",
    ]);
  });

  test("folders go with their declaration when they were made for it, and never with data in them", async (context) => {
    const machine = await withTrees(context, {
      links: ["/srv/made/for/file"],
      directories: ["/srv/a", "/srv/a/cache", "/srv/a/media/large", "/srv/a/media/small", "/srv/there", "/srv/full"],
      data: ["/srv/a/media", "/srv/own/data"],
    });
    mkdirSync(join(machine.folder, "srv/there"), { recursive: true });
    const script = `${between} cd "$1/srv"
    between 0 1
    touch a/media/picture a/media/large/film a/cache/x there/x full/x made/for/other
    between 1 0
    find . ! -type d | sort; find . -type d -empty; cat "$base/data"`;
    const { stdout } = await machine.run(script, machine.folder);
    assert.equal(
      stdout,
      `./a/media/large/film\n./a/media/picture\n./made/for/other\n./there/x\n./own/data\n` +
        `${machine.folder}/srv/a/media \n${machine.folder}/srv/own/data \n`,
    );
  });

  test("a plain folder that is declared as data later keeps what lies in it, also when that goes", async (context) => {
    const machine = await withTrees(
      context,
      { directories: ["/srv/media", "/srv/empty"] },
      { data: ["/srv/media", "/srv/empty"] },
    );
    mkdirSync(join(machine.folder, "srv"));
    const script = `${between} cd "$1/srv"
    between 0 1
    touch media/picture
    between 1 2
    ls -d empty
    between 2 0
    find . ! -type d; cat "$base/data"`;
    const { stdout } = await machine.run(script, machine.folder);
    const { folder } = machine;
    assert.equal(stdout, `empty\n./media/picture\n${folder}/srv/empty \n${folder}/srv/media \n`);
  });

  test("a folder or link of others that stands where ours has to be is named before anything is switched", async (context) => {
    const machine = await withTrees(context, { links: ["/etc/app", "/etc/free"], copies: ["/etc/also"] });
    for (const name of ["etc/app", "etc/also"]) mkdirSync(join(machine.folder, name), { recursive: true });
    symlinkSync("/somewhere", join(machine.folder, "units"));
    const { stdout } = await machine.run("foreign_paths 1");
    const found = ["etc/app", "etc/also", "units"].map((path) => `${machine.folder}/${path}`);
    assert.deepEqual(stdout.split("\n"), [...found, ""]);
  });
});
