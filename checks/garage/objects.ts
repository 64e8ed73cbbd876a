import { isObject } from "../../src/model/json.ts";
import type { TestMachine } from "../driver/test-machine.ts";
import type { NodeName, Scene } from "./scene.ts";

/** An application's and a stranger's view of the objects, at one of the machines. */
export interface Objects {
  readonly put: (name: string, content: string, bucket?: string) => Promise<void>;
  /** With the key, by the S3 interface. */
  readonly get: (name: string, bucket?: string) => Promise<string>;
  /** As everybody, by the bucket's public name. */
  readonly read: (name: string) => Promise<string>;
}

/** Gives the view from the deployer, as far from the machines as any application. */
export async function objectsAt({ deployer, nodes, run }: Scene, entry: NodeName): Promise<Objects> {
  const secret = async (name: string): Promise<string> => (await run(["reveal", name])).stdout.trim();
  const key = `GK${await secret("bucket/album/media-id")}:${await secret("bucket/album/media-key")}`;
  await deployer.writeFile("/root/key", `user = "${key}"\n`, 0o600);
  const curl = (host: string, ...more: readonly string[]): string[] => [
    ...["curl", "--silent", "--show-error", "--fail-with-body", "--insecure", "--max-time", "60"],
    ...["--resolve", `${host}:443:${nodes[entry].address}`, ...more],
  ];
  const s3 = (path: string, ...more: readonly string[]): string[] => {
    const signed = ["--config", "/root/key", "--aws-sigv4", "aws:amz:garage:s3", ...more];
    return curl("s3.example.org", ...signed, `https://s3.example.org/${path}`);
  };
  return {
    async put(name, content, bucket = "album-media") {
      await deployer.writeFile("/root/object", content);
      await deployer.succeed(s3(`${bucket}/${name}`, "--upload-file", "/root/object"));
    },
    get: (name, bucket = "album-media") => deployer.succeed(s3(`${bucket}/${name}`)),
    read: (name) => deployer.succeed(curl("media.example.org", `https://media.example.org/${name}`)),
  };
}

/** What a machine's Garage says of the cluster. */
export async function garageSays(machine: TestMachine, call: string): Promise<Record<string, unknown>> {
  const answer: unknown = JSON.parse(
    await machine.succeed(["podman", "exec", "garage-server", "/garage", "json-api", call, "null"]),
  );
  return isObject(answer) ? answer : {};
}

/** When a unit of a machine was last started. */
export async function startOf(machine: TestMachine, unit: string): Promise<string> {
  return (await machine.succeed(["systemctl", "show", "-P", "ActiveEnterTimestampMonotonic", unit])).trim();
}
