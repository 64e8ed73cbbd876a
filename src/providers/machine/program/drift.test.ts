import assert from "node:assert/strict";
import { test } from "node:test";
import { buildGeneration } from "../../../system/generation.ts";
import { System } from "../../../system/system.ts";
import { rootlessMachine } from "../testing/rootless-machine.ts";

test("everything that is not as it was made is named, and nothing else", async (context) => {
  const machine = rootlessMachine(context);
  const { folder } = machine;
  const { files } = buildGeneration(
    System.parse({
      packages: ["cowsay", "hello"],
      users: { web: {} },
      files: {
        [`${folder}/etc/a`]: { content: "a\n" },
        [`${folder}/etc/b`]: { content: "b\n" },
        [`${folder}/etc/c`]: { content: "c\n", place: "copy" },
      },
      units: {
        "web.service": { sections: { Service: { ExecStart: ["/bin/web"] } } },
        "job.service": { sections: { Service: { ExecStart: ["/bin/job"] } }, enabled: false },
      },
    }),
    () => "1",
  );
  const tree = "var/lib/fediversity/generations/1";
  const names = files.map(({ path }) => path);
  const folders = [...new Set(names.map((path) => `${folder}/${tree}/${path.slice(0, path.lastIndexOf("/"))}`))];
  await machine.run('bootstrap; mkdir -p "$@"', ...folders);
  for (const { path, content } of files) machine.write(`${tree}/${path}`, String(content));
  machine.write("packages", "cowsay\nhello\nlibc6\n");
  machine.write("passwd", "root:x:0:0::/:/bin/sh\nweb:x:101:101::/:/bin/sh\n");
  machine.write("state/web.service", "active\n");
  const { stdout, stderr, code } = await machine.run(
    `
    cd "$base/generations/1"; shift
    sha256sum -- "$@" >sums
    sed "s#^#$base/current/files#" lists/links >link-targets
    echo 1 >number; ln -sfn generations/1 "$base/current"; ln -s "$base/current/units" "$unit_path"
    switch_files 0 1
    drift 0; drift 1; drift 1; echo ==
    echo x >>files"$root/etc/a"; rm "$root/etc/b"; echo x >"$root/etc/b"; chmod 600 units/web.service; drift 1; echo ==
    echo a >files"$root/etc/a"; ln -sfn "$base/current/files$root/etc/b" "$root/etc/b"; drift 1
    echo x >"$root/etc/c"; rm units/web.service; rm "$unit_path"; drift 1; echo ==
    echo cowsay >"$root/packages"; : >"$root/passwd"; echo failed >"$root/state/web.service"
    touch -d '+1 second' "$root/dpkg-status"; drift 1
    `.replace(/^/, "root=$1\n"),
    folder,
    ...names,
  );
  assert.deepEqual([code, stderr], [0, ""]);
  assert.deepEqual(
    stdout
      .replaceAll(folder, "")
      .split("==\n")
      .map((part) => part.trimEnd().split("\n")),
    [
      [""],
      ["drift tree files/etc/a", "drift link /etc/b"],
      ["drift tree units/web.service", "drift copy /etc/c", "drift link /units"],
      [
        "drift tree units/web.service",
        "drift copy /etc/c",
        "drift link /units",
        "drift user web",
        "drift package hello",
        "drift unit web.service failed-exit-code",
      ],
    ],
  );
});
